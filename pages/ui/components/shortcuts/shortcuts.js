// Keys for every page. Single keys do nothing while somebody types, and can be switched off.
import { kept, make } from "../shared/dom.js";
import { modified, takesKeys } from "../shared/keys.js";
const OFF = "second-look-keys-off";
const LINK = '[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]';
const PAGE_LINK = '[data-testid="stPageLink-NavLink"]';
const SENT_MS = 50;
const GO_MS = 2000; // after G, so long a digit is a page and no grade
const GROUPS = [["pages", "Pages"], ["here", "On this page"], ["presenting", "While presenting"]];

const NOT_TYPED = /^(checkbox|radio|button|submit)$/; // a closing sheet keeps the focus for a moment

const ROLES = "[role=combobox], [role=slider], [role=grid], canvas";

function typing(event) {
  const target = event.composedPath()[0];
  return !(target instanceof HTMLInputElement && NOT_TYPED.test(target.type)) && takesKeys(target, ROLES);
}

class Keyboard {
  constructor(root) {
    this.root = root;
    this.dialog = root.querySelector("dialog");
    this.box = root.querySelector("input");
    this.onKey = (event) => this.key(event);
    this.onGo = (event) => this.go(event);
    this.onLeave = ({ target }) => { if (target.matches("input, textarea")) this.left = performance.now(); };
    this.onClick = (event) => this.follow(event);
    root.querySelector(".open").addEventListener("click", () => this.dialog.showModal());
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close());
    this.box.checked = localStorage.getItem(OFF) !== "1";
    this.box.addEventListener("change", () => localStorage.setItem(OFF, this.box.checked ? "0" : "1"));
  }

  update(data) {
    this.data = data;
    this.root.querySelector(".groups").replaceChildren(...GROUPS.map(([name, title]) => this.group(data[name], title)));
  }

  group(shortcuts, title) {
    const section = make("section");
    const list = make("dl");
    for (const { key, what } of shortcuts) {
      const term = make("dt");
      term.append(...key.split(" ").map((part) => make("kbd", "", part)));
      list.append(term, make("dd", "", what));
    }
    section.append(make("h3", "", title), list);
    return section;
  }

  deaf(event) {
    if (event.defaultPrevented || modified(event) || typing(event) || !this.box.checked) return true;
    return this.dialog.open || document.querySelector('[role="dialog"]') !== null;
  }

  // Heard before anything else on the page: whatever has the focus, the digit after G is a page.
  go(event) {
    if (this.deaf(event)) return;
    const waited = performance.now() - this.asked < GO_MS;
    const page = waited && this.data.pages.find(({ key }) => key === `G ${event.key}`);
    this.asked = event.key.toLowerCase() === "g" ? performance.now() : -GO_MS;
    const link = page && document.querySelectorAll(LINK)[page.page];
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    link.click();
  }

  key(event) {
    if (this.deaf(event)) return;
    const act = this.action(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Streamlit sends what was typed a moment after its field is left, and with it the page of then.
  // A tap on a link leaves the field and asks for another page at once: the page would stay.
  follow(event) {
    const link = event.target instanceof Element && event.target.closest(PAGE_LINK);
    const typed = performance.now() - this.left < SENT_MS;
    if (!link || link.target || !typed || !event.isTrusted || modified(event) || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    setTimeout(() => link.click(), SENT_MS);
  }

  action(key) {
    if (key === "?") return () => this.dialog.showModal();
    if (key === "/") {
      const field = document.querySelector('[data-testid="stMain"] input[type="text"]');
      return field && (() => field.focus());
    }
    return null;
  }
}

export default function ({ data, parentElement }) {
  const board = kept(Keyboard, parentElement.querySelector(".keyboard"));
  board.update(data);
  const heard = [["keydown", board.onGo, true], ["keydown", board.onKey, false], ["focusout", board.onLeave, true], ["click", board.onClick, true]];
  for (const one of heard) document.addEventListener(...one);
  return () => { for (const one of heard) document.removeEventListener(...one); };
}
