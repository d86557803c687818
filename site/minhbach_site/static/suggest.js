// Suggestions below a search box while typing. The form works without; arrow keys choose, Escape closes.
const WAIT_MS = 120;
let boxes = 0;

for (const input of document.querySelectorAll("input[data-suggest]")) attach(input);

function attach(input) {
  const list = document.createElement("div");
  const id = `suggest-${++boxes}`;
  let timer, asked, options = [], at = -1;
  Object.assign(list, { id, className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  const name = input.labels[0]?.textContent;
  if (name) list.setAttribute("aria-label", name);
  for (const [key, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
  })) input.setAttribute(key, value);
  input.parentElement.classList.add("suggesting");
  input.after(list);

  const open = (yes) => {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    mark(-1);
  };
  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    open(false);
  };
  const mark = (next) => {
    options[at]?.setAttribute("aria-selected", "false");
    at = next;
    const option = options[at];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const show = (groups) => {
    mark(-1);
    options = [];
    list.replaceChildren(...groups.map((group) => {
      const part = document.createElement("div");
      const head = document.createElement("p");
      head.textContent = group.label;
      head.id = `${id}-${group.kind}`;
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", head.id);
      part.append(head, ...group.items.map((item) => {
        const option = document.createElement("a");
        Object.assign(option, { href: item.url, textContent: item.title, tabIndex: -1 });
        option.id = `${id}-${options.length}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        options.push(option);
        return option;
      }));
      return part;
    }));
    open(options.length > 0);
  };
  const ask = async () => {
    asked?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    asked = new AbortController();
    try {
      const found = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      if (found.ok) show((await found.json()).groups);
    } catch {
      // Left behind by the next letter, or no network: the form still searches.
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    // Keys that an input method uses to compose letters are its own.
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && options[at]) options[at].click();
    else if (event.key === "ArrowDown" && !list.hidden) mark((at + 1) % options.length);
    else if (event.key === "ArrowUp" && !list.hidden) mark(at < 0 ? options.length - 1 : at - 1);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", (event) => {
    if (!list.contains(event.relatedTarget)) close();
  });
}
