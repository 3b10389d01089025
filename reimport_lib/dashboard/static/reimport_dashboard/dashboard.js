// Says when the server stops answering: what the page shows may then be old.
(() => {
  const lost = () => document.getElementById("lost");
  let answered = new Date();
  document.addEventListener("htmx:afterRequest", (event) => {
    const note = lost();
    if (!note) return;
    if (event.detail.xhr.status >= 200 && event.detail.xhr.status < 400) {
      answered = new Date();
      note.hidden = true;
    } else if (note.hidden) {
      note.querySelector("span").textContent = answered.toLocaleTimeString();
      note.hidden = false;
    }
  });
})();
