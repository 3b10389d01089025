// Asks as often as the server says, not while nobody looks, and says when the server
// stops answering: what the page shows may then be old.
(() => {
  const polled = () => document.getElementById("polled");
  const lost = () => document.getElementById("lost");
  let answered = new Date();
  // What is swapped in brings its own interval; an answer without a body, this one.
  const askEvery = (seconds) => {
    polled().setAttribute("hx-trigger", `every ${seconds}s, shown`);
    htmx.process(polled());
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target === polled()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && polled()) htmx.trigger(polled(), "shown");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    const note = lost();
    if (!note) return;
    if (xhr.status >= 200 && xhr.status < 400) {
      answered = new Date();
      note.hidden = true;
    } else if (note.hidden) {
      note.querySelector("span").textContent = answered.toLocaleTimeString();
      note.hidden = false;
    }
    const seconds = xhr.status === 304 && xhr.getResponseHeader("Ask-Again");
    if (seconds) askEvery(seconds);
  });
})();
