// Replaces a part of the page by what the server says anew. `data-live`: where it says so.
for (const part of document.querySelectorAll('[data-live]')) {
  const mark = document.querySelector('[data-live-mark]');
  const source = new EventSource(part.dataset.live);
  source.addEventListener('open', () => {
    if (mark) mark.hidden = false;
  });
  source.addEventListener('message', ({ data }) => {
    // Whoever stands on one of its links by keyboard is not thrown off it.
    if (!part.contains(document.activeElement)) part.innerHTML = JSON.parse(data);
  });
  source.addEventListener('error', () => {
    if (mark) mark.hidden = true;
  });
  addEventListener('pagehide', () => source.close());
}
