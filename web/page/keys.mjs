// The keyboard. A letter is what the key writes, not where it lies, so that shortcuts are right on every
// layout; where it writes no Latin letter or digit, its place counts.

// Names on the left are the browser's (KeyboardEvent.code), those on the right Dear ImGui's.
const byPlace = {
  Tab: 'Tab', ArrowLeft: 'LeftArrow', ArrowRight: 'RightArrow', ArrowUp: 'UpArrow', ArrowDown: 'DownArrow',
  PageUp: 'PageUp', PageDown: 'PageDown', Home: 'Home', End: 'End', Insert: 'Insert', Delete: 'Delete',
  Backspace: 'Backspace', Space: 'Space', Enter: 'Enter', Escape: 'Escape', F1: 'F1', NumpadEnter: 'KeypadEnter',
  ContextMenu: 'Menu', NumpadAdd: 'KeypadAdd', NumpadSubtract: 'KeypadSubtract',
  ShiftLeft: 'LeftShift', ShiftRight: 'RightShift', ControlLeft: 'LeftCtrl', ControlRight: 'RightCtrl',
  AltLeft: 'LeftAlt', AltRight: 'RightAlt', MetaLeft: 'LeftSuper', MetaRight: 'RightSuper',
};
const signs = '.[]-+=?'; // what the program takes as characters: the place of these keys says nothing

export class Keys {
  #program;
  #screen;
  #queue;
  #down = new Map(); // code -> what the program was told
  #mayLeave = false; // after Escape, Tab goes on to what follows the canvas

  constructor({ program, screen, canvas, queue }) {
    this.#program = program;
    this.#screen = screen;
    this.#queue = queue;
    addEventListener('keydown', (event) => this.#press(event));
    addEventListener('keyup', (event) => this.#release(event));
    addEventListener('blur', () => this.#forget());
    canvas.addEventListener('focus', () => this.#tellFocus(true));
    canvas.addEventListener('blur', () => this.#forget());
  }

  #press(event) {
    if (event.isComposing || event.target.closest?.('button')) return;
    const leaves = this.#mayLeave && event.key === 'Tab';
    if (!event.key.startsWith('Shift')) this.#mayLeave = event.key === 'Escape';
    if (leaves) return;
    const code = this.#program.keyCode(nameOf(event));
    const commands = (event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph');
    const writes = [...event.key].length === 1 && !commands;
    const first = code !== 0 && !this.#down.has(event.code); // the program repeats keys itself
    if (first) this.#down.set(event.code, code);
    this.#tell(event, code, () => {
      if (first) this.#program.key(code, true);
      if (writes) this.#program.character(event.key.codePointAt(0));
    });
    if (writes || isOurs(event)) event.preventDefault();
  }

  #release(event) {
    const code = this.#down.get(event.code);
    this.#down.delete(event.code);
    this.#tell(event, code, () => code && this.#program.key(code, false));
    // While Command is down, macOS does not say which other keys are let go.
    if (event.key === 'Meta') this.#releaseAll();
  }

  #releaseAll() {
    for (const code of this.#down.values()) this.#queue.push('key', code, () => this.#program.key(code, false));
    this.#down.clear();
  }

  #forget() {
    this.#releaseAll();
    this.#tellFocus(false);
  }

  #tellFocus(focused) {
    this.#queue.push('key', 'focus', () => this.#program.focus(focused));
    this.#screen.wake();
  }

  #tell({ shiftKey, ctrlKey, altKey, metaKey }, code, send) {
    this.#queue.push('key', code, () => {
      this.#program.modifiers(shiftKey, ctrlKey, altKey, metaKey);
      send();
    });
    this.#screen.wake();
  }
}

// Dear ImGui's name for the key, as far as the program knows it.
function nameOf({ key, code }) {
  if (/^[a-z0-9]$/i.test(key) && !code.startsWith('Numpad')) return key.toUpperCase();
  const place = /^(?:Key([A-Z])|Digit([0-9])|Numpad([0-9]))$/.exec(code);
  if (place?.[3]) return `Keypad${place[3]}`;
  const aboveNought = place?.[2] === '0' && key === '='; // Shift + 0 on many keyboards
  if (place && (aboveNought || !signs.includes(key))) return place[1] ?? place[2];
  return byPlace[code] ?? '';
}

// Keys that write nothing but do something here, and would do something else in the browser.
function isOurs(event) {
  if (event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'z';
  return event.code in byPlace;
}
