// The till's token: comes in the fragment of the link that `terminal till page` prints, and stays in this browser.

const PLACE = "till.token";

/** Take the token out of the address, so that it stands neither there nor in the history. */
export function keepToken() {
  const found = /(?:^#|&)token=([^&]+)/.exec(location.hash);
  if (!found) return;
  localStorage.setItem(PLACE, decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname);
}

/** The token, or "". */
export function token() {
  return localStorage.getItem(PLACE) ?? "";
}
