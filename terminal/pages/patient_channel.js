// From the operator's page to the patient's: the split and nothing of the person.

const channel = new BroadcastChannel("till.patient");
let last = null;

/** Show the patient what the sale has come to. */
export function showToPatient(sale) {
  const settlement = sale.step === "done" ? sale.settled.settlement : sale.quote?.settlement;
  last = settlement ? { step: sale.step, split: splitOf(settlement) } : { step: sale.money === "unknown" ? "doubt" : "idle", split: null };
  channel.postMessage(last);
}

/** Call `draw` with each state; a page that comes late asks for the present one. */
export function seenByPatient(draw) {
  channel.addEventListener("message", (event) => event.data !== "hello" && draw(event.data));
  channel.postMessage("hello");
}

channel.addEventListener("message", (event) => {
  if (event.data === "hello" && last) channel.postMessage(last);
});

function splitOf({ total, fund_total, account, cash, provider_borne, funds, out_of_catalogue }) {
  return { total, fund_total, account, cash, provider_borne, funds, out_of_catalogue };
}
