// What the page does by itself: hotkeys, suggestions and drafts while a prompt is typed.
() => {
  // Scrolls no more than it must, once what is there has its size.
  window.bringIntoView = id => {
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
    setTimeout(() => document.getElementById(id)?.scrollIntoView({ behavior, block: 'nearest' }), 150);
  };
  // Whether the chosen picture could be copied; with its outline, which only the small ones below have.
  window.copyChosen = async () => {
    const outlined = document.querySelector('#outline input:checked')
      && document.querySelector('#sizes .on-light img[src^="data:image/png"]:last-child');
    const image = outlined || document.querySelector('#pictures .selected img') || document.querySelector('#pictures img');
    try {
      const picture = await (await fetch(image.src)).blob();
      await navigator.clipboard.write([new ClipboardItem({ [picture.type]: picture })]);
      return true;
    } catch { return false; }
  };
  // What is painted over in Edit.
  const painter = () => [...document.querySelectorAll('#painter button')];
  const isPainted = cell => cell.getAttribute('aria-pressed') === 'true';
  window.painted = () => painter().filter(isPainted).map(cell => cell.dataset.code).join(' ');
  window.paintAll = on => painter().forEach(cell => cell.setAttribute('aria-pressed', on));
  const click = id => document.getElementById(id)?.click();
  const shown = id => document.getElementById(id)?.offsetParent;
  document.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      click(['look', 'go-on', 'generate'].find(shown));
    }
    if (event.key === 'Escape' && event.target.getAttribute?.('aria-expanded') !== 'true') click('stop');  // of a list, it closes that
  }, true);

  // Gradio makes every radio button a group of its own, and gives the groups no names: arrow keys are to choose in them.
  let groups = 0;
  const mendRadios = () => document.querySelectorAll('fieldset:has(input[type=radio])').forEach(group => {
    group.dataset.name ||= `radios-${++groups}`;
    const label = group.querySelector(':scope > span')?.textContent.trim();
    if (label && group.getAttribute('aria-label') !== label) group.setAttribute('aria-label', label);
    group.querySelectorAll('input[type=radio]').forEach(radio => {
      if (radio.name !== group.dataset.name) radio.name = group.dataset.name;
    });
  });
  new MutationObserver(mendRadios).observe(document.body, { subtree: true, childList: true, attributeFilter: ['name'] });

  // Names that go on where the last one to four words of the prompt begin, as whole prompts.
  const suggest = (prompt, names) => {
    const words = prompt.split(/(?<=[\s,])/);
    for (let k = Math.max(0, words.length - 4); k < words.length; k++) {
      const tail = words.slice(k).join('').toLowerCase();
      if (tail.length < (/[^\x00-\x7f]/.test(tail) ? 1 : 2)) continue;
      const found = names.filter(name => name.toLowerCase().startsWith(tail) && name.length > tail.length);
      if (found.length) return found.slice(0, 8).map(name => words.slice(0, k).join('') + name);
    }
    return [];
  };

  let pause;  // a draft is drawn when the typing pauses
  document.addEventListener('input', event => {
    if (!event.target.matches('#prompt input') || !document.querySelector('#live input:checked')) return;
    clearTimeout(pause);
    pause = setTimeout(() => click('draft'), 400);
  });

  document.addEventListener('input', event => {
    const list = document.getElementById('suggestions');
    if (!list || !event.target.matches('#prompt input, #inside-prompt input')) return;
    event.target.setAttribute('list', list.id);
    const options = suggest(event.target.value, JSON.parse(list.dataset.names));
    list.replaceChildren(...options.map(text => Object.assign(document.createElement('option'), { value: text })));
  });
}
