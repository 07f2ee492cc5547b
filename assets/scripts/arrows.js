// Arrow keys move within a grid of buttons, so that Tab passes it in one step.
const gridOf = target => target.closest('[role=group]');
const buttonsOf = grid => [...grid.querySelectorAll('button')];
element.addEventListener('keydown', event => {
  if (!event.target.matches('[role=group] button')) return;
  const buttons = buttonsOf(gridOf(event.target)), at = buttons.indexOf(event.target);
  const columns = buttons.filter(b => b.offsetTop === buttons[0].offsetTop).length;
  const end = buttons.length - 1 - at;
  const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: end};
  const next = buttons[at + step[event.key]];
  if (!next) return;
  event.preventDefault();
  buttons[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
