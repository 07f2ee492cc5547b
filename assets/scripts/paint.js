// One button per position of the codes: a pointer paints with a round brush, or takes paint away where it starts on some;
// Enter and Space do so for one position. What is painted is what is pressed, and goes along when Redraw is clicked.
// It needs brush.js.
let paint = null;
const brush = pointer => underBrush(element.querySelector('.painter'), pointer)
  .forEach(cell => cell.setAttribute('aria-pressed', paint));
const pressed = cell => cell.getAttribute('aria-pressed') === 'true';
element.addEventListener('pointerdown', event => {
  const cell = event.target.closest('button[data-code]');
  if (!cell || event.button) return;
  element.setPointerCapture(event.pointerId);
  paint = !pressed(cell);
  brush(event);
});
element.addEventListener('pointermove', event => {
  if (paint !== null) strokeOf(event).forEach(brush);
});
['pointerup', 'pointercancel'].forEach(end => element.addEventListener(end, () => { paint = null; }));
element.addEventListener('click', event => {
  const cell = event.target.closest('button[data-code]');
  if (cell && !event.detail) cell.setAttribute('aria-pressed', !pressed(cell));
});
