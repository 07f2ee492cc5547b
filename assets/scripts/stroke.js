// A pointer that is drawn from one cell to others chooses all that the brush passes; Shift takes the rectangle from the
// cell before. It needs choose.js and brush.js.
let start = null;
const passed = () => [...element.querySelectorAll('.within')];
const pass = pointer => underBrush(gridOf(start), pointer).forEach(b => b.classList.add('within'));
const lift = () => {
  passed().forEach(b => b.classList.remove('within'));
  start = null;
};
const holds = (box, pointer) => box.left <= pointer.clientX && pointer.clientX < box.right
  && box.top <= pointer.clientY && pointer.clientY < box.bottom;
element.addEventListener('pointerdown', event => {
  start = event.button || event.shiftKey ? null : event.target.closest('button[data-cell]');
});
element.addEventListener('pointermove', event => {
  if (!start) return;
  if (!passed().length) {
    const box = start.getBoundingClientRect();
    if (holds(box, event)) return;
    element.setPointerCapture(event.pointerId);
    pass({clientX: (box.left + box.right) / 2, clientY: (box.top + box.bottom) / 2});
  }
  strokeOf(event).forEach(pass);
});
element.addEventListener('pointerup', () => {
  const cells = passed().map(b => dataOf(b).cell);
  if (cells.length) {
    press(start);
    trigger('click', {...dataOf(start), cells});
  }
  lift();
});
element.addEventListener('pointercancel', lift);
