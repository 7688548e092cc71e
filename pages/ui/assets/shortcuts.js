// Keys for every page. Single keys do nothing while somebody types, and can be switched off.
const BOARDS = new WeakMap();
const OFF = "second-look-keys-off";
const LINK = '[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]';
const PAGE_LINK = '[data-testid="stPageLink-NavLink"]';
const SENT_MS = 50;
const GROUPS = [["pages", "Pages"], ["here", "On this page"], ["presenting", "While presenting"]];

function make(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

const NOT_TYPED = /^(checkbox|radio|button|submit)$/; // a closing sheet keeps the focus for a moment

function typing(event) {
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement && NOT_TYPED.test(target.type)) return false;
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("[role=combobox], [role=slider], [role=grid], canvas"));
}

class Keyboard {
  constructor(root) {
    this.root = root;
    this.dialog = root.querySelector("dialog");
    this.box = root.querySelector("input");
    this.onKey = (event) => this.key(event);
    this.onLeave = ({ target }) => { if (target.matches("input, textarea")) this.left = performance.now(); };
    this.onClick = (event) => this.follow(event);
    root.querySelector(".open").onclick = () => this.dialog.showModal();
    this.dialog.onclick = (event) => { if (event.target === this.dialog) this.dialog.close(); };
    this.box.checked = localStorage.getItem(OFF) !== "1";
    this.box.onchange = () => localStorage.setItem(OFF, this.box.checked ? "0" : "1");
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
      term.append(...key.split(" ").map((part) => make("kbd", part)));
      list.append(term, make("dd", what));
    }
    section.append(make("h3", title), list);
    return section;
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event)) return;
    if (!this.box.checked || this.dialog.open || document.querySelector('[role="dialog"]')) return;
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
    if (!link || link.target || !typed || !event.isTrusted || event.ctrlKey || event.metaKey || event.shiftKey) return;
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
    const shortcut = this.data.pages.find((page) => page.key === key);
    const links = document.querySelectorAll(LINK);
    return shortcut && links[shortcut.page] && (() => links[shortcut.page].click());
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".keyboard");
  if (!BOARDS.has(root)) BOARDS.set(root, new Keyboard(root));
  const board = BOARDS.get(root);
  board.update(data);
  const heard = [["keydown", board.onKey, false], ["focusout", board.onLeave, true], ["click", board.onClick, true]];
  for (const one of heard) document.addEventListener(...one);
  return () => { for (const one of heard) document.removeEventListener(...one); };
}
