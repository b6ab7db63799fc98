// What is seen before the program, and instead of it when something is wrong.

import { Trouble } from './load.mjs';

export class Splash {
  #splash = document.getElementById('splash');
  #trouble = document.getElementById('trouble');
  #bar = document.getElementById('bar');
  #progress = document.getElementById('progress');
  #state = document.getElementById('state');

  // `share`: of the program's bytes, 0..1.
  progress(share) {
    const percent = Math.floor(share * 100);
    this.#bar.style.transform = `scaleX(${share})`;
    this.#progress.setAttribute('aria-valuenow', percent);
    this.#state.textContent = share < 1 ? `Loading ${percent} %` : 'Starting';
  }

  done() {
    this.#splash.classList.add('done');
    setTimeout(() => (this.#splash.hidden = true), 300);
  }

  trouble(error) {
    const known = error instanceof Trouble;
    if (!known) console.error(error);
    document.getElementById('trouble-title').textContent = known ? error.message : 'Raftarium could not start.';
    document.getElementById('trouble-text').textContent = known ? error.advice : String(error?.message ?? error);
    const again = document.getElementById('trouble-again');
    again.onclick = () => location.reload();
    this.#splash.hidden = true;
    this.#trouble.hidden = false;
    again.focus();
  }
}
