// Two taps send a form once: a browser would send it twice, and show what came of the second. Without this file the bank does
// nothing twice, either.
"use strict";
(() => {
  const patience = 10000;
  let sentAt = -patience;
  addEventListener("submit", event => {
    if (event.timeStamp - sentAt < patience) event.preventDefault();
    else if (!event.defaultPrevented) sentAt = event.timeStamp;
  });
  // Whoever comes back to a page may send its form again.
  addEventListener("pageshow", () => (sentAt = -patience));
})();
