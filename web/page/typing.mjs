// The keyboard of a telephone. It comes only for a field of the page's own, so there is one that nobody sees, and what
// is written into it goes on to the program.

export class Typing {
  #program;
  #screen;
  #queue;
  #field;

  constructor({ program, screen, canvas, field, queue }) {
    this.#program = program;
    this.#screen = screen;
    this.#queue = queue;
    this.#field = field;
    // After a tap comes a press of a mouse that there is not, and it would give the canvas the focus back.
    canvas.addEventListener('mousedown', (event) => {
      if (document.activeElement === field) event.preventDefault();
    });
    field.addEventListener('focus', () => this.#push('focus', () => program.focus(true)));
    field.addEventListener('beforeinput', (event) => this.#written(event));
    field.addEventListener('keydown', (event) => this.#entered(event));
  }

  // A finger has tapped here. Only now may a page ask for the keyboard: later it is not the person's wish any more.
  tapped({ x, y }) {
    if (this.#program.fingerWrites(x, y)) this.#field.focus({ preventScroll: true });
    else this.#field.blur();
  }

  #written(event) {
    if (event.inputType === 'insertCompositionText') return; // it comes once more when it is done
    event.preventDefault();
    for (const letter of event.data ?? '') {
      this.#push(letter, () => this.#program.character(letter.codePointAt(0)));
    }
    if (event.inputType.startsWith('delete')) this.#press('Backspace');
  }

  // Keyboards on glass often name no place of a key; those that do are heard like any other (keys.mjs).
  #entered(event) {
    if (event.code !== '' || event.key !== 'Enter') return;
    event.preventDefault();
    this.#press('Enter');
    this.#field.blur();
  }

  #press(name) {
    const code = this.#program.keyCode(name);
    this.#push(code, () => this.#program.key(code, true));
    this.#push(code, () => this.#program.key(code, false));
  }

  #push(what, send) {
    this.#queue.push('key', what, send);
    this.#screen.wake();
  }
}
