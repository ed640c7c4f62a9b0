import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { CallName, RequestOf, ResponseOf } from "./calls.ts";
import { call, type CallProblem } from "./client.ts";
import { sessionEnded } from "./session.ts";

/** An answer that a view needs: being loaded, there, or why not. */
export interface Asked<Answer> {
  readonly value: Answer | null;
  readonly problem: CallProblem | null;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/**
 * Asks when the view is shown, when the request changes, and when `fresh` does. The old answer stays
 * until the new one is there, unless it is about something else.
 */
export function useAsked<Name extends CallName>(
  name: Name,
  request: RequestOf<Name>,
  fresh: unknown = null,
): Asked<ResponseOf<Name>> {
  const key = JSON.stringify(request);
  const [state, setState] = useState<{
    key: string;
    value: ResponseOf<Name> | null;
    problem: CallProblem | null;
  }>({ key: "", value: null, problem: null });
  const [turn, setTurn] = useState(0);
  const current = useRef(0);
  useEffect(() => {
    const mine = ++current.current;
    // The key is the request as text, so that an equal one does not ask again.
    void call(name, JSON.parse(key) as RequestOf<Name>).then((answer) => {
      if (mine !== current.current) return;
      if (answer.ok) return setState({ key, value: answer.value, problem: null });
      if (answer.problem.kind === "not-signed-in") sessionEnded();
      setState((before) => ({
        key,
        value: before.key === key ? before.value : null,
        problem: answer.problem,
      }));
    });
    return () => {
      current.current += 1;
    };
  }, [name, key, fresh, turn]);
  const isMine = state.key === key;
  return {
    value: isMine ? state.value : null,
    problem: isMine ? state.problem : null,
    isLoading: !isMine,
    again: useCallback(() => setTurn((one) => one + 1), []),
  };
}
