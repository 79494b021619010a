// The paper: strokes of mouse, finger or pen, smoothed, and the picture of them that is recognized.

const Side = 96, Margin = 0.14;

export class Paper {
  #canvas; #strokes = []; #open = null; #changed; #width;

  /**
   * @param canvas where is drawn
   * @param width  an input with the width of strokes, in hundredths of the paper's side
   * @param changed called when the strokes changed; true: a stroke has just ended
   */
  constructor(canvas, width, changed) {
    this.#canvas = canvas;
    this.#width = width;
    this.#changed = changed;
    canvas.addEventListener("pointerdown", event => this.#begin(event));
    canvas.addEventListener("pointermove", event => this.#go(event));
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, event => this.#end(event));
    width.addEventListener("input", () => this.#redraw(false));
    this.#redraw(false);
  }

  get isEmpty() { return this.#strokes.length === 0; }

  undo() {
    this.#strokes.pop();
    this.#redraw(true);
  }

  clear() {
    this.#strokes = [];
    this.#redraw(true);
  }

  /** The strokes as a small PNG file, in the middle, as large as fits: where and how large they were drawn does not matter. */
  picture() {
    const points = this.#strokes.flat();
    const [left, top] = [Math.min(...points.map(p => p.x)), Math.min(...points.map(p => p.y))];
    const [right, bottom] = [Math.max(...points.map(p => p.x)), Math.max(...points.map(p => p.y))];
    // A dot is not blown up to fill the picture.
    const size = Math.max(right - left, bottom - top, 0.15), scale = Side * (1 - 2 * Margin) / size;
    const small = document.createElement("canvas");
    small.width = small.height = Side;
    const context = small.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, Side, Side);
    this.#trace(context, p => [Side / 2 + (p.x - (left + right) / 2) * scale, Side / 2 + (p.y - (top + bottom) / 2) * scale], Side * this.#width.value / 100);
    return new Promise(resolve => small.toBlob(resolve, "image/png"));
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #begin(event) {
    if (event.button !== 0 || this.#open !== null)
      return;
    event.preventDefault();
    this.#open = event.pointerId;
    try {
      this.#canvas.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that is gone already, or made by a program.
    }
    this.#strokes.push([this.#place(event)]);
    this.#redraw(true);
  }

  #go(event) {
    if (event.pointerId !== this.#open)
      return;
    const stroke = this.#strokes[this.#strokes.length - 1];
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event])
      stroke.push(this.#place(one));
    this.#redraw(true);
  }

  #end(event) {
    if (event.pointerId !== this.#open)
      return;
    this.#open = null;
    this.#changed(true);
  }

  #redraw(tells) {
    const { width, height } = this.#canvas, context = this.#canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    this.#trace(context, p => [p.x * width, p.y * height], width * this.#width.value / 100);
    if (tells || !this.isEmpty)
      this.#changed(false);
  }

  // Through the middles between points, bent towards the points: smooth, and never away from the pen.
  #trace(context, place, width) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = width;
    context.strokeStyle = "#141414";
    for (const stroke of this.#strokes) {
      const points = stroke.map(place), last = points[points.length - 1];
      context.beginPath();
      context.moveTo(...points[0]);
      for (let i = 1; i < points.length - 1; i++)
        context.quadraticCurveTo(...points[i], (points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2);
      context.lineTo(...last);
      context.stroke();
    }
  }
}
