import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Chosen } from "../data/chosen.ts";
import { addressOfChosen } from "../data/place.ts";
import { narrow, type TreeNode } from "../data/tree-model.ts";
import { useLanguage } from "../i18n/language.ts";
import { StateShape, StateWord } from "../parts/state-mark.tsx";

/** With more lines than this what is well is closed, and names can be looked for. */
const LINES_CALM = 30;

interface Line {
  readonly node: TreeNode;
  readonly level: number;
  readonly parent: TreeNode | null;
  readonly place: number;
  readonly among: number;
  readonly isOpen: boolean;
}

function keyOf({ kind, name }: Chosen): string {
  return `${kind}:${name}`;
}

function countOf(node: TreeNode): number {
  return node.children.reduce((sum, child) => sum + countOf(child), 1);
}

/** The lines that are to be seen, from above. */
function linesOf(root: TreeNode, isOpen: (node: TreeNode) => boolean): readonly Line[] {
  const lines: Line[] = [];
  const visit = (node: TreeNode, parent: TreeNode | null, level: number, place: number): void => {
    const among = parent?.children.length ?? 1;
    const open = node.children.length > 0 && isOpen(node);
    lines.push({ node, level, parent, place, among, isOpen: open });
    if (open) node.children.forEach((child, at) => visit(child, node, level + 1, at + 1));
  };
  visit(root, null, 1, 1);
  return lines;
}

/** Among many nobody looks for what is wrong. */
function illFirst(root: TreeNode): TreeNode {
  const ill = root.children.filter((one) => one.isIll);
  return { ...root, children: [...ill, ...root.children.filter((one) => !one.isIll)] };
}

interface Props {
  readonly root: TreeNode;
  readonly chosen: Chosen | null;
}

/** The status tree: arrows move, Enter chooses; one line of it is in the order of Tab. */
export function Tree({ root, chosen }: Props): JSX.Element {
  const { tree } = useLanguage().page;
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [letters, setLetters] = useState("");
  const [isIllOnly, setIllOnly] = useState(false);
  const isLarge = countOf(root) > LINES_CALM;
  const isNarrowed = letters.trim() !== "" || isIllOnly;
  const whole = isLarge ? illFirst(root) : root;
  const shown = isNarrowed ? narrow(whole, letters.trim().toLowerCase(), isIllOnly) : whole;
  const lines = linesOf(shown ?? root, (node) => {
    const own = turned.get(keyOf(node.at));
    if (node.at.kind === "server" || isNarrowed) return own ?? true;
    return own ?? (!isLarge || node.isIll);
  });
  const turn = (node: TreeNode, isOpen: boolean): void =>
    setTurned(new Map(turned).set(keyOf(node.at), isOpen));
  const isNothing = isNarrowed && lines.length === 1;
  return (
    <>
      {isLarge ? (
        <div class="tree-tools">
          <input
            type="search"
            data-find
            placeholder={tree.filter}
            aria-label={tree.filter}
            value={letters}
            maxLength={100}
            onInput={({ currentTarget }) => setLetters(currentTarget.value)}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={isIllOnly}
              onChange={({ currentTarget }) => setIllOnly(currentTarget.checked)}
            />
            <span>{tree.illOnly}</span>
          </label>
        </div>
      ) : null}
      <Lines lines={lines} chosen={chosen} onTurn={turn} />
      {isNothing ? <p class="quiet">{isIllOnly ? tree.nothingIll : tree.nothingFound}</p> : null}
    </>
  );
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly chosen: Chosen | null;
  readonly onTurn: (node: TreeNode, isOpen: boolean) => void;
}

function Lines({ lines, chosen, onTurn }: LinesProps): JSX.Element {
  const { tree } = useLanguage().page;
  const list = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const wanted = focused ?? (chosen === null ? "server:" : keyOf(chosen));
  // The line of Tab may have gone, with its group or by the search.
  const isThere = lines.some(({ node }) => keyOf(node.at) === wanted);
  const tabLine = isThere ? wanted : "server:";
  const focus = (line: Line | undefined): void => {
    if (line === undefined) return;
    const key = keyOf(line.node.at);
    setFocused(key);
    list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
  const press = (event: KeyboardEvent, at: number): void => {
    const line = lines[at];
    if (line === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const moved = moveFrom(lines, at, event.key);
    if (moved === null) return;
    event.preventDefault();
    if (moved.is === "focus") focus(moved.line);
    else if (moved.is === "turn") onTurn(line.node, moved.isOpen);
    else location.hash = addressOfChosen(line.node.at);
  };
  return (
    <ul class="tree" role="tree" aria-label={tree.title} ref={list}>
      {lines.map((line, at) => (
        <TreeLine
          key={keyOf(line.node.at)}
          line={line}
          isTabbed={keyOf(line.node.at) === tabLine}
          isChosen={keyOf(line.node.at) === (chosen === null ? "server:" : keyOf(chosen))}
          onPress={(event) => press(event, at)}
          onFocus={() => setFocused(keyOf(line.node.at))}
          onTurn={() => onTurn(line.node, !line.isOpen)}
        />
      ))}
    </ul>
  );
}

type Move =
  | { readonly is: "focus"; readonly line: Line | undefined }
  | { readonly is: "turn"; readonly isOpen: boolean }
  | { readonly is: "choose" };

/** What a key means in a tree (WAI-ARIA practices); null: nothing. */
function moveFrom(lines: readonly Line[], at: number, key: string): Move | null {
  const line = lines[at];
  if (line === undefined) return null;
  const { node, isOpen, parent } = line;
  switch (key) {
    case "ArrowDown":
      return { is: "focus", line: lines[at + 1] };
    case "ArrowUp":
      return { is: "focus", line: lines[at - 1] };
    case "Home":
      return { is: "focus", line: lines[0] };
    case "End":
      return { is: "focus", line: lines.at(-1) };
    case "ArrowRight":
      if (node.children.length === 0) return null;
      return isOpen ? { is: "focus", line: lines[at + 1] } : { is: "turn", isOpen: true };
    case "ArrowLeft":
      if (isOpen) return { is: "turn", isOpen: false };
      return { is: "focus", line: lines.find((one) => one.node === parent) };
    case "Enter":
    case " ":
      return { is: "choose" };
    default:
      return null;
  }
}

interface LineProps {
  readonly line: Line;
  readonly isTabbed: boolean;
  readonly isChosen: boolean;
  readonly onPress: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
  readonly onTurn: () => void;
}

function TreeLine({ line, isTabbed, isChosen, onPress, onFocus, onTurn }: LineProps): JSX.Element {
  const { tree, states } = useLanguage().page;
  const { node, level, place, among, isOpen } = line;
  const isBranch = node.children.length > 0;
  return (
    <li
      role="treeitem"
      class={`line level-${level} kind-${node.at.kind}`}
      data-key={keyOf(node.at)}
      tabIndex={isTabbed ? 0 : -1}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={among}
      aria-selected={isChosen}
      aria-expanded={isBranch ? isOpen : undefined}
      onKeyDown={onPress}
      onFocus={onFocus}
      onClick={() => {
        location.hash = addressOfChosen(node.at);
      }}
    >
      <span
        class={`twig${isBranch ? (isOpen ? " open" : " closed") : ""}`}
        aria-hidden="true"
        onClick={(event) => {
          if (!isBranch) return;
          event.stopPropagation();
          onTurn();
        }}
      />
      <StateShape state={node.state} />
      <span class="unseen">{tree[node.at.kind]} </span>
      <span class="label">{node.label}</span>
      <span class="note">{node.note}</span>
      {node.isSuspended ? (
        <>
          <StateShape state="suspended" />
          <span class="unseen">{states.suspended} </span>
        </>
      ) : null}
      <StateWord state={node.state} />
    </li>
  );
}
