// Sales run in one window of a browser: two would read one card twice and charge it twice.

const NAME = "till.sale";

/** Resolves to whether this window may sell; where it may, until another takes over: then `lost` is called. */
export function claim(lost, { steal = false } = {}) {
  return new Promise((resolve) => {
    const options = steal ? { steal: true } : { ifAvailable: true };
    navigator.locks.request(NAME, options, (lock) => {
      resolve(lock !== null);
      // Held until the window is closed, or another steals it.
      return lock && new Promise(() => {});
    }).catch(lost);
  });
}
