// Which keys are for the page, and which for somebody who types.

export function modified(event) {
  return event.ctrlKey || event.altKey || event.metaKey;
}

// What has the focus, through shadow roots, takes letters and arrows itself.
export function takesKeys(target, roles) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || Boolean(target.closest(roles)));
}

// Where the keys that move in a list lead, from place `at`.
export function stepInList(key, list, at) {
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 };
  return key in places ? { item: list[places[key]] } : null;
}
