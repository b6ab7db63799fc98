// The canvas: as many pixels as it covers, a picture when one is due and none otherwise.

const usualGapS = 1 / 60;

export class Screen {
  #canvas;
  #program;
  #sources = []; // called before each picture with the seconds since the last; true: another one is needed
  #requested = 0;
  #last = 0; // when the last picture of an unbroken row was drawn; 0: none
  #stopped = false;
  #lost = false;

  constructor(canvas, program) {
    this.#canvas = canvas;
    this.#program = program;
    program.noticed = () => this.wake();
  }

  // Feeds the program before each picture.
  addSource(source) {
    this.#sources.push(source);
  }

  // Draws the first picture at once.
  start() {
    const observer = new ResizeObserver((entries) => this.#resized(entries.at(-1)));
    this.#observe(observer);
    this.#canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault(); // so that it can come back
      this.#lost = true;
    });
    this.#canvas.addEventListener('webglcontextrestored', () => {
      this.#lost = false;
      this.#program.renewGraphics();
      this.wake();
    });
    // While the page is hidden no pictures are drawn; that time has not passed for the program.
    document.addEventListener('visibilitychange', () => (this.#last = 0));
    this.#fit(this.#canvas.clientWidth, this.#canvas.clientHeight, devicePixelRatio);
    this.#draw(performance.now());
  }

  stop() {
    this.#stopped = true;
  }

  // Something came in: pictures are due until the program has settled.
  wake() {
    if (this.#stopped) return;
    this.#program.wake();
    this.#request();
  }

  #request() {
    if (this.#requested || this.#stopped) return;
    this.#requested = requestAnimationFrame((now) => {
      this.#requested = 0;
      this.#draw(now);
    });
  }

  #draw(now) {
    if (this.#stopped || this.#lost) return;
    const gapS = this.#last ? Math.max(0.001, (now - this.#last) / 1000) : usualGapS;
    let more = false;
    for (const source of this.#sources) more = source(gapS) || more;
    const due = this.#program.draw(gapS);
    this.#last = due || more ? now : 0;
    if (due || more) this.#request();
  }

  #observe(observer) {
    try {
      observer.observe(this.#canvas, { box: 'device-pixel-content-box' });
    } catch {
      observer.observe(this.#canvas); // Safari
    }
    // Without the exact box, a change of the zoom alone is not seen by the observer.
    const watch = () => {
      matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => {
        this.#resizedTo(this.#canvas.clientWidth, this.#canvas.clientHeight, devicePixelRatio);
        watch();
      }, { once: true });
    };
    watch();
  }

  #resized(entry) {
    const { width, height } = entry.contentRect;
    const { inlineSize, blockSize } = entry.devicePixelContentBoxSize?.[0] ?? {};
    // A browser that imitates another screen gives the box of its own.
    const real = Math.abs(inlineSize - width * devicePixelRatio) < 2;
    this.#resizedTo(width, height, devicePixelRatio, real ? inlineSize : undefined, real ? blockSize : undefined);
  }

  #resizedTo(width, height, ratio, pixelWidth, pixelHeight) {
    if (!this.#fit(width, height, ratio, pixelWidth, pixelHeight)) return;
    // At once: a canvas that changes its size is empty until it is drawn.
    this.#program.wake();
    this.#draw(performance.now());
  }

  // True when anything changed.
  #fit(width, height, ratio, pixelWidth = Math.round(width * ratio), pixelHeight = Math.round(height * ratio)) {
    if (width < 1 || height < 1) return false;
    const canvas = this.#canvas;
    const size = [width, height, pixelWidth, pixelHeight].join();
    if (canvas.dataset.size === size) return false;
    canvas.dataset.size = size;
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
    this.#program.resize(width, height, pixelWidth, pixelHeight);
    return true;
  }
}
