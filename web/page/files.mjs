// A scenario file can be dropped on the page, or pasted as text or as a link; what is exported is downloaded.

const mostBytes = 1 << 20; // what the program reads

export function connectFiles(program, link, wake) {
  const overlay = document.getElementById('drop');
  const carriesFile = (event) => event.dataTransfer?.types.includes('Files');
  let depth = 0; // how many elements the file is over: enter and leave come for each

  addEventListener('dragenter', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth += 1;
    overlay.hidden = false;
  });
  addEventListener('dragleave', (event) => {
    if (!carriesFile(event)) return;
    depth = Math.max(0, depth - 1);
    overlay.hidden = depth === 0;
  });
  addEventListener('dragover', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('drop', async (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    overlay.hidden = true;
    const file = event.dataTransfer.files[0];
    if (!file) return;
    if (file.size > mostBytes) {
      program.say(`${file.name}: a scenario has at most ${mostBytes} bytes, this file has ${file.size}`, true);
      return;
    }
    open(file.name, await file.text());
  });
  addEventListener('paste', (event) => {
    const text = (event.clipboardData?.getData('text/plain') ?? '').trim();
    if (text.startsWith('{')) open('pasted.json', text);
    const shared = text.indexOf('#s=');
    if (shared >= 0 && !/\s/.test(text)) open('shared', text.slice(shared), text.slice(shared));
  });

  function open(name, text, address = '') {
    const refused = text ? program.open(name, text) : `${name}: the file is empty`;
    if (refused) {
      program.say(refused, true);
    } else {
      link.remember(address); // no link can speak of a file's name
    }
    wake();
  }
}

const types = { svg: 'image/svg+xml', md: 'text/markdown', json: 'application/json' };

export function download(name, text) {
  const type = types[name.split('.').at(-1)] ?? 'text/plain';
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([text], { type }));
  anchor.download = name;
  anchor.click();
  // The browser has taken what it needs once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}
