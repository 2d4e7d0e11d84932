// Before somebody signs out, this browser throws away the keys of the guest lists that it keeps for them.

import { openVault, vaultsHere } from "../checkin/vault.js";

const LEAVING = 'form[action$="/logout"], form[action$="/account/sessions/end"]';

for (const form of document.querySelectorAll(LEAVING)) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      for (const each of await vaultsHere()) await (await openVault(each)).forgetGuests();
    } finally {
      form.submit();
    }
  });
}
