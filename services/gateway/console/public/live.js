// Replaces a part of the page by what the server says anew. `data-live`: where it says so.
for (const part of document.querySelectorAll('[data-live]')) {
  const mark = document.querySelector('[data-live-mark]');
  const source = new EventSource(part.dataset.live);
  source.addEventListener('open', () => {
    if (mark) mark.hidden = false;
  });
  let news = null;
  const showNews = () => {
    // Whoever stands on one of its links by keyboard is not thrown off it.
    if (news === null || part.contains(document.activeElement)) return;
    part.innerHTML = news;
    news = null;
  };
  source.addEventListener('message', ({ data }) => {
    news = JSON.parse(data);
    showNews();
  });
  // Where the focus goes is known only after it has left.
  part.addEventListener('focusout', () => setTimeout(showNews));
  source.addEventListener('error', () => {
    if (mark) mark.hidden = true;
  });
  addEventListener('pagehide', () => source.close());
}
