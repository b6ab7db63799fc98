// Colours and movement, as the system and the person prefer them; both may change while the page is open.

const key = 'raftarium.theme';

export class Preferences {
  changed = () => {};
  #systemDark = matchMedia('(prefers-color-scheme: dark)');
  #systemReduced = matchMedia('(prefers-reduced-motion: reduce)');
  #chosen;

  // `theme`: the link's, which counts before the person's earlier choice.
  constructor(theme) {
    this.#chosen = theme ?? stored();
    this.#systemDark.addEventListener('change', () => this.#apply());
    this.#systemReduced.addEventListener('change', () => this.changed());
    this.#paint();
  }

  get dark() {
    return this.#chosen ? this.#chosen === 'dark' : this.#systemDark.matches;
  }

  get reducedMotion() {
    return this.#systemReduced.matches;
  }

  get mac() {
    return /Mac|iPhone|iPad/.test(navigator.platform);
  }

  // The person chose. Who chooses what the system says follows the system again.
  choose(dark) {
    this.#chosen = dark === this.#systemDark.matches ? undefined : dark ? 'dark' : 'light';
    store(this.#chosen);
    this.#paint();
  }

  #apply() {
    this.#paint();
    this.changed();
  }

  #paint() {
    const root = document.documentElement;
    if (this.#chosen) {
      root.dataset.theme = this.#chosen;
    } else {
      delete root.dataset.theme;
    }
    document.querySelector('meta[name="theme-color"]').content = this.dark ? '#151B23' : '#FFFFFF';
  }
}

// Storage may be refused, in a frame of another site for one.
function stored() {
  try {
    const theme = localStorage.getItem(key);
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  } catch {
    return undefined;
  }
}

function store(theme) {
  try {
    if (theme) {
      localStorage.setItem(key, theme);
    } else {
      localStorage.removeItem(key);
    }
  } catch {
    // Then it is for this visit only.
  }
}
