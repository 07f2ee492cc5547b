// A click or Enter chooses a button of a grid, and tells its data. It needs arrows.js.
const dataOf = button => Object.fromEntries(Object.entries(button.dataset).map(([key, text]) => [key, Number(text)]));
const press = button => {
  const grid = gridOf(button), before = grid.querySelector('[aria-pressed=true]');
  before?.setAttribute('aria-pressed', 'false');
  grid.querySelectorAll('[tabindex="0"]').forEach(b => { b.tabIndex = -1; });
  button.setAttribute('aria-pressed', 'true');
  button.tabIndex = 0;
  return before;
};
element.addEventListener('click', event => {
  const button = event.target.closest('[role=group] button');
  if (!button) return;
  const before = press(button);
  trigger('click', event.shiftKey && before ? {...dataOf(button), start: dataOf(before).cell} : dataOf(button));
});
