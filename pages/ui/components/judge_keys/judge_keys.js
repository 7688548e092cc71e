// The keys of the Judge page, heard from the first moment on. Streamlit hears the shortcut of a button
// only some time after the button can be seen: on a busy machine a key pressed in between is lost,
// and a digit opens another page. These presses act on what is on the screen; a second grade before
// the next passage is there does nothing, and Enter waits for the button that the last grade brings.
import { modified, takesKeys } from "../shared/keys.js";
const PATIENCE_MS = 5000;
const LOOK_MS = 20;
const PASSAGE = '[class*="st-key-judge-passage-"]';
const GRADES = [0, 1, 2, 3].map((grade) => `.st-key-judge-${grade}`).join();
const ROLES = "[role=combobox], [role=listbox], [role=slider], [role=grid], [role=radiogroup], canvas";
const NAMES = { 0: "0", 1: "1", 2: "2", 3: "3", z: "undo", Enter: "next" };

const button = (name) => document.querySelector(`.st-key-judge-${name} button:not(:disabled)`);
const passage = () => document.querySelector(PASSAGE)?.className.match(/st-key-judge-passage-\S+/)[0];

function busyElsewhere(event) {
  if (modified(event) || document.querySelector('[role="dialog"]')) return true;
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  const pressed = event.key === "Enter" && target.closest("button, a, summary") && !target.closest(GRADES);
  return pressed || takesKeys(target, ROLES);
}

class Keys {
  constructor() {
    this.onKey = (event) => this.key(event);
    this.onClick = (event) => this.clicked(event);
    this.graded = { passage: "", at: -PATIENCE_MS };
  }

  // A grade was given and the page has not answered yet.
  get waiting() {
    return performance.now() - this.graded.at < PATIENCE_MS && [this.graded.passage, undefined].includes(passage());
  }

  key(event) {
    const name = NAMES[event.key];
    if (name === undefined || busyElsewhere(event)) return;
    const there = button(name);
    if (!there && !this.waiting) return; // not ours: other keys of the page may want it
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    if (name === "next") this.next(there);
    else if (name === "undo") this.undo(there);
    else this.grade(there);
  }

  // By mouse or by key.
  clicked(event) {
    if (event.target.closest?.(GRADES)) this.graded = { passage: passage(), at: performance.now() };
  }

  grade(there) {
    if (there && !this.waiting) there.click();
  }

  undo(there) {
    this.graded = { passage: "", at: -PATIENCE_MS };
    there?.click();
  }

  next(there) {
    clearInterval(this.looking);
    if (there) this.leave(there);
    else this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  look() {
    const there = button("next");
    if (!there && this.waiting) return;
    clearInterval(this.looking);
    if (there) this.leave(there);
  }

  // Until the first passage of the next question is there, digits are for nobody.
  leave(there) {
    this.graded = { passage: "", at: performance.now() };
    there.click();
  }
}

export default function () {
  const keys = new Keys();
  window.addEventListener("keydown", keys.onKey, true); // before Streamlit and the keys of all pages
  window.addEventListener("click", keys.onClick, true);
  return () => {
    clearInterval(keys.looking);
    window.removeEventListener("click", keys.onClick, true);
    window.removeEventListener("keydown", keys.onKey, true);
  };
}
