// Passkeys on the bank's pages: asks the device, and puts what it answers into the form. Without this file, or in a browser
// that knows no passkeys, the form stays hidden, and the one-time code is used.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;

  const toBytes = text =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
  const toText = bytes =>
    btoa(String.fromCharCode(...new Uint8Array(bytes ?? [])))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const known = list => (list ?? []).map(one => ({ type: one.type, id: toBytes(one.id) }));

  const make = async asked => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: toBytes(asked.challenge),
        user: { ...asked.user, id: toBytes(asked.user.id) },
        excludeCredentials: known(asked.excludeCredentials),
      },
    });
    return [made.rawId, made.response.clientDataJSON, made.response.attestationObject];
  };

  const sign = async asked => {
    const signed = await navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: toBytes(asked.challenge),
        allowCredentials: known(asked.allowCredentials),
      },
    });
    const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
    return [signed.rawId, clientDataJSON, authenticatorData, signature, userHandle];
  };

  const nothing = form.querySelector("[data-nothing]");
  form.addEventListener("submit", async event => {
    event.preventDefault();
    nothing.hidden = true;
    try {
      const ask = form.dataset.passkey === "make" ? make : sign;
      const answer = await ask(JSON.parse(form.dataset.asked));
      form.elements.Passkey.value = answer.map(toText).join(".");
    } catch {
      nothing.hidden = false;
      return;
    }
    form.submit();
  });

  form.hidden = false;
  for (const instead of document.querySelectorAll("[data-without-passkey]")) instead.hidden = true;
})();
