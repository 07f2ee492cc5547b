// The buttons of a square grid that are under a round brush.
const underBrush = (grid, pointer) => {
  const cells = [...grid.querySelectorAll('button')], side = Math.sqrt(cells.length);
  const box = grid.getBoundingClientRect();
  const at = (place, edge, length) => Math.floor((place - edge) / length * side);
  const x = at(pointer.clientX, box.left, box.width), y = at(pointer.clientY, box.top, box.height);
  return cells.filter((_, k) => Math.hypot(k % side - x, Math.floor(k / side) - y) < 1.5);
};
const strokeOf = event => event.getCoalescedEvents?.() ?? [event];
