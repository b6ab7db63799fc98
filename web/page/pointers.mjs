// Mouse, pen and fingers.
//
// A finger is more than a mouse: a tap clicks, a rest asks for the menu, a movement drags what can be dragged
// there and scrolls what cannot. Until that is known nothing is pressed, so nothing has to be taken back.

const Source = { mouse: 0, touch: 1, pen: 2 }; // ImGuiMouseSource
const Button = { left: 0, right: 1, middle: 2 };
const away = -1e9;
const restMs = 500;
const slackPx = 8;
const notchesPer = [1 / 100, 1 / 3, 3]; // by WheelEvent.deltaMode: pixel, line, page

export class Pointers {
  #program;
  #screen;
  #canvas;
  #queue;
  #pressed = 0; // as PointerEvent.buttons
  #finger; // {id, x, y, startX, startY, mode: 'undecided' | 'drag' | 'scroll' | 'ignored', timer, speed, time}
  #tapped;
  #glide; // {x, y, speed}: content that moves on after the finger has left, px/ms

  constructor({ program, screen, canvas, queue, tapped }) {
    this.#program = program;
    this.#screen = screen;
    this.#canvas = canvas;
    this.#queue = queue;
    this.#tapped = tapped;
    screen.addSource((gapS) => this.#glideOn(gapS));
    const on = (name, handle) => canvas.addEventListener(name, handle);
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#up(event));
    on('pointercancel', (event) => this.#cancel(event));
    on('pointerleave', (event) => this.#leave(event));
    on('contextmenu', (event) => event.preventDefault());
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  #queueMove(source, x, y) {
    this.#queue.push('move', `${x} ${y}`, () => this.#program.pointerMove(source, x, y));
    this.#screen.wake();
  }

  #queueButton(source, button, down) {
    this.#queue.push('button', button, () => this.#program.pointerButton(source, button, down));
    this.#screen.wake();
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #down(event) {
    this.#canvas.focus({ preventScroll: true });
    if (event.pointerType === 'touch') {
      this.#fingerDown(event);
      return;
    }
    this.#canvas.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault(); // no scrolling by the wheel button
    this.#follow(event);
  }

  #move(event) {
    if (event.pointerType === 'touch') {
      this.#fingerMove(event);
    } else {
      this.#follow(event);
    }
  }

  #up(event) {
    if (event.pointerType === 'touch') {
      this.#fingerUp(event);
    } else {
      this.#follow(event);
    }
  }

  #cancel(event) {
    if (event.pointerType !== 'touch') {
      this.#release(Source.mouse);
    } else if (this.#finger?.id === event.pointerId) {
      this.#dropFinger();
    }
  }

  #leave(event) {
    if (event.pointerType === 'touch' || event.buttons !== 0) return;
    this.#queueMove(Source.mouse, away, away);
  }

  // Mouse and pen: where it is, and which buttons changed. A second button comes as a move.
  #follow(event) {
    const source = Source[event.pointerType] ?? Source.mouse;
    const { x, y } = this.#place(event);
    this.#queueMove(source, x, y);
    const bits = [[1, Button.left], [2, Button.right], [4, Button.middle]];
    for (const [bit, button] of bits) {
      if ((event.buttons ^ this.#pressed) & bit) this.#queueButton(source, button, (event.buttons & bit) !== 0);
    }
    this.#pressed = event.buttons;
  }

  #release(source) {
    for (const button of Object.values(Button)) this.#queueButton(source, button, false);
    this.#pressed = 0;
  }

  #wheel(event) {
    if (event.ctrlKey) return; // the browser's zoom
    event.preventDefault();
    const notches = notchesPer[event.deltaMode];
    this.#queue.push('wheel', '', () => this.#program.wheel(-event.deltaX * notches, -event.deltaY * notches));
    this.#screen.wake();
  }

  #fingerDown(event) {
    this.#glide = undefined;
    if (this.#finger) {
      this.#dropFinger(); // a second finger: neither of them means anything
      return;
    }
    const { x, y } = this.#place(event);
    const { pointerId: id, timeStamp: time } = event;
    const finger = { id, x, y, startX: x, startY: y, mode: 'undecided', speed: 0, time };
    finger.timer = setTimeout(() => this.#rested(finger), restMs);
    this.#finger = finger;
    this.#queueMove(Source.touch, x, y);
  }

  #fingerMove(event) {
    const finger = this.#finger;
    if (finger?.id !== event.pointerId) return;
    const { x, y } = this.#place(event);
    if (finger.mode === 'undecided' && Math.hypot(x - finger.startX, y - finger.startY) > slackPx) {
      clearTimeout(finger.timer);
      finger.mode = this.#program.fingerDrags(finger.startX, finger.startY) ? 'drag' : 'scroll';
      if (finger.mode === 'drag') this.#queueButton(Source.touch, Button.left, true);
    }
    if (finger.mode === 'drag') this.#queueMove(Source.touch, x, y);
    if (finger.mode === 'scroll') {
      const by = y - finger.y;
      const ms = Math.max(1, event.timeStamp - finger.time);
      finger.speed = 0.6 * finger.speed + 0.4 * (by / ms);
      this.#program.fingerScrolls(finger.startX, finger.startY, by);
      this.#screen.wake();
    }
    Object.assign(finger, { x, y, time: event.timeStamp });
  }

  #fingerUp(event) {
    const finger = this.#finger;
    if (finger?.id !== event.pointerId) return;
    clearTimeout(finger.timer);
    this.#finger = undefined;
    if (finger.mode === 'undecided') {
      this.#queueButton(Source.touch, Button.left, true);
      this.#queueButton(Source.touch, Button.left, false);
      this.#tapped(finger);
    } else if (finger.mode === 'drag') {
      this.#queueButton(Source.touch, Button.left, false);
    } else if (finger.mode === 'scroll' && event.timeStamp - finger.time < 60) {
      this.#glide = { x: finger.startX, y: finger.startY, speed: finger.speed };
    }
    this.#queueMove(Source.touch, away, away); // nothing stays lit where the finger was
  }

  #rested(finger) {
    finger.mode = 'ignored';
    this.#queueButton(Source.touch, Button.right, true);
    this.#queueButton(Source.touch, Button.right, false);
  }

  #dropFinger() {
    clearTimeout(this.#finger.timer);
    if (this.#finger.mode === 'drag') this.#queueButton(Source.touch, Button.left, false);
    this.#finger = undefined;
    this.#queueMove(Source.touch, away, away);
  }

  // True as long as it moves.
  #glideOn(gapS) {
    if (!this.#glide) return false;
    const ms = gapS * 1000;
    this.#program.fingerScrolls(this.#glide.x, this.#glide.y, this.#glide.speed * ms);
    this.#glide.speed *= Math.exp(-ms / 325);
    if (Math.abs(this.#glide.speed) < 0.02) this.#glide = undefined;
    return this.#glide !== undefined;
  }
}
