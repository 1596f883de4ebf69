// The ticket's page: full screen for the door, with the screen kept on, and printing. Without it the code is there all the same.
const full = document.getElementById('full');
let awake = null;

async function stayAwake() {
  awake = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
  // Closed again while the phone was asked.
  if (!full.open) awake?.release();
}

async function open() {
  // Not every phone can; the dialog covers the page either way. First this, as what opens later is on top.
  await document.documentElement.requestFullscreen?.().catch(() => undefined);
  full.showModal();
  await stayAwake();
}

if (full) {
  const opener = document.querySelector('[data-opens="full"]');
  opener.hidden = false;
  opener.addEventListener('click', open);
  full.addEventListener('close', () => {
    awake?.release();
    awake = null;
    if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  });
  // Escape, or the phone's back gesture, ends the browser's full screen and leaves the dialog.
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement && full.open) full.close();
  });
  // The phone takes it back whenever the page is not seen.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && full.open) void stayAwake();
  });
}

for (const button of document.querySelectorAll('[data-prints]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
