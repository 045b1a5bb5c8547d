// The operator's page: joins the terminal, the sale, the views and the keys.

import { Problem, Silence, ask, refusal } from "./api.js";
import { tellRefusal, told } from "./acts.js";
import { h } from "./dom.js";
import { showHelp } from "./help.js";
import { changeLanguage, loadWords, showLanguage, t } from "./i18n.js";
import { refreshKeys, setGlobalKeys, setViewKeys, showKeysIn } from "./keys.js";
import { Live } from "./live.js";
import { showToPatient } from "./patient_channel.js";
import { doubts, unanswered } from "./pending.js";
import { Sale } from "./sale.js";
import { keepToken } from "./token.js";
import { topPart } from "./top.js";
import { dayView } from "./view_day.js";
import { devicesView } from "./view_devices.js";
import { findView } from "./view_find.js";
import { monthView } from "./view_month.js";
import { isPressing, openMatters, openView } from "./view_open.js";
import { refundView } from "./view_refund.js";
import { saleView } from "./view_sale.js";
import { deniedView, elsewhereView, signInView } from "./view_sign_in.js";
import { claim } from "./window_lock.js";

const live = new Live();
const sale = new Sale();
const main = document.getElementById("main");
let view = null;
let pressing = false;
let selling = false;
let queuesBefore = "";

sale.today = () => live.health.now.slice(0, 10);
const views = {
  sale: saleView(sale, live),
  find: findView(() => showKeys(), openRefund),
  refund: refundView(sale, live, { changed: () => view === views.refund && setViewKeys(view.keys()), done: () => show(views.find) }),
  open: openView({ go: () => show(views.sale), openDay, pressing: () => pressing }),
  day: dayView(live),
  month: monthView(() => live.health.now),
  devices: devicesView(),
};
const KEYS = { F2: "sale", F3: "find", F4: "open", F6: "day", F7: "month", F8: "devices" };

async function start() {
  // A refusal that no view has told is told here, so that none goes unseen.
  window.addEventListener("unhandledrejection", (event) => {
    if (!(event.reason instanceof Problem || event.reason instanceof Silence)) return;
    event.preventDefault();
    tellRefusal(event.reason);
  });
  keepToken();
  showLanguage();
  showKeysIn(document.getElementById("keys"));
  live.addEventListener("health", healthCame);
  live.addEventListener("silent", drawTop);
  live.addEventListener("news", (event) => newsCame(event.detail));
  doubts.addEventListener("change", drawTop);
  sale.addEventListener("change", () => {
    refreshKeys();
    if (view === views.sale) setViewKeys(view.keys());
    showToPatient(sale);
  });
  await loadWords();
  try {
    await live.start();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return show(deniedView());
  }
  const mine = await claim(() => show(elsewhereView(takeOver)));
  return mine ? enter() : show(elsewhereView(takeOver));
}

async function takeOver() {
  await claim(() => show(elsewhereView(takeOver)), { steal: true });
  await enter();
}

/** Into the page: what was asked and not answered comes before everything else. */
async function enter() {
  selling = true;
  if (unanswered().length > 0) {
    show(views.sale);
    await sale.resume();
  }
  if (!live.health?.signed_in) return show(signInView(signedIn));
  return open();
}

async function signedIn() {
  await live.refresh();
  await open();
}

async function open() {
  pressing = await openMatters().then(isPressing, (error) => refusal(error) && false);
  // What has just been answered stays on the screen until the operator has seen it.
  show(pressing && sale.step !== "done" ? views.open : views.sale);
  await sale.readerSays(cardIn());
}

function show(next) {
  view = next;
  if (next === views.sale) pressing = false;
  showKeys();
  view.show(main);
  view.focus();
}

function openDay(day) {
  views.day.choose(day);
  show(views.day);
}

function openRefund(record) {
  views.refund.choose(record);
  show(views.refund);
}

function showKeys() {
  const inside = Object.values(views).includes(view);
  const go = (name) => () => (view === views[name] && name === "sale" ? sale.reset() : show(views[name]));
  const counts = { open: (live.health?.prints_waiting ?? 0) + waiting(live.health) };
  const label = (name) => (counts[name] ? `${t(name)} ${counts[name]}` : t(name));
  setGlobalKeys([
    { key: "F1", label: t("help"), act: showHelp },
    ...(inside ? Object.entries(KEYS).map(([key, name]) => ({ key, label: label(name), act: go(name), current: view === views[name] })) : []),
    { key: "Alt+L", act: otherLanguage },
    ...(live.health?.signed_in ? [{ key: "Alt+Q", act: signOut }] : []),
  ]);
  setViewKeys(view.keys());
}

function waiting(health) {
  return Object.entries(health?.uploads ?? {}).reduce((sum, [state, count]) => sum + (state === "accepted" ? 0 : count), 0);
}

function cardIn() {
  return live.health?.devices.reader.code === "card-present";
}

function healthCame() {
  drawTop();
  if (!selling) return;
  if (!live.health.signed_in && Object.values(views).includes(view) && sale.money === "no") show(signInView(signedIn));
  else if (live.health.signed_in) sale.readerSays(cardIn());
  if (Object.values(views).includes(view)) showKeys();
  const { uploads, prints_waiting } = live.health;
  const queues = JSON.stringify([uploads, prints_waiting]);
  if (queues !== queuesBefore && view === views.open) views.open.refresh();
  queuesBefore = queues;
}

/** An event of the terminal. A card that was out, however briefly, is read again. */
function newsCame({ event }) {
  if (event === "card-removed") sale.readerSays(false);
  if (view === views.open) views.open.refresh();
}

function drawTop() {
  document.getElementById("top").replaceChildren(...topPart(live.health, live.silent, { signOut, otherLanguage }));
  document.body.classList.toggle("is-training", live.health?.training_clock ?? false);
}

async function signOut() {
  const answer = await told(() => ask("DELETE", "/v1/sessions"), t("sign_out"), () => [h("p", {}, t("not_signed_in"))]);
  if (answer === null && !live.health.signed_in) return;
  sale.reset();
  await live.refresh();
}

function otherLanguage() {
  changeLanguage();
  drawTop();
  show(view);
}

start();
