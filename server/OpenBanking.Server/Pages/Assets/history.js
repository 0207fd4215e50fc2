// Only on pages that answered a form: whoever comes back to one later asks for its address, and sends no form again. Without
// this file the browser asks whether to send it once more, which does nothing twice.
"use strict";
history.replaceState(null, "", location.href);
