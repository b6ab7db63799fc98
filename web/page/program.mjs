// The program's functions (web/main.cpp) as JavaScript's: text in and out, everything else as it is.

const encoder = new TextEncoder();

export class Program {
  #module;
  #keys = new Map();

  constructor(module) {
    this.#module = module;
    for (const name of ['play', 'seek', 'prefer', 'wheel', 'key', 'modifiers', 'character', 'focus', 'wake', 'draw']) {
      this[name] = module[`_${name}`];
    }
    this.pointerMove = module._pointer_move;
    this.pointerButton = module._pointer_button;
    this.fingerDrags = module._finger_drags;
    this.fingerWrites = module._finger_writes;
    this.fingerScrolls = module._finger_scrolls;
    this.renewGraphics = module._renew_graphics;
    this.resize = module._resize;
  }

  start(dark, reducedMotion, mac) {
    return Boolean(this.#module._start(dark, reducedMotion, mac));
  }

  // Opens a built-in scenario, or the one in `json`. Returns why not, or nothing.
  open(name, json = '') {
    const nameBytes = encoder.encode(name).length;
    this.#give(name + json);
    return this.#module.UTF8ToString(this.#module._open_scenario(nameBytes)) || undefined;
  }

  // A notice to the person.
  say(notice, bad) {
    this.#give(notice);
    this.#module._say(bad);
    this.noticed?.();
  }

  // The number of a key that Dear ImGui calls so; 0 when there is none.
  keyCode(name) {
    let code = this.#keys.get(name);
    if (code === undefined) {
      code = this.#module._key_code(this.#give(name));
      this.#keys.set(name, code);
    }
    return code;
  }

  frame() {
    return JSON.parse(this.#module.UTF8ToString(this.#module._frame_json()));
  }

  regions() {
    return JSON.parse(this.#module.UTF8ToString(this.#module._regions_json()));
  }

  #give(text) {
    const bytes = encoder.encode(text);
    const at = this.#module._text_in(bytes.length);
    this.#module.HEAPU8.set(bytes, at);
    return bytes.length;
  }
}
