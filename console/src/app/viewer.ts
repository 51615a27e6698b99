import { createContext, useContext, useEffect, useState } from 'react';

import { ask } from '../graph/ask';
import { useService } from '../graph/service';
import { MayDocument } from './may.generated';
import { useOpening } from './opening';
import type { Permission } from './opening.generated';

/** What somebody may do; each role has some of these. The service has the table, and refuses all the same. */
export type { Permission };

/** What an action would be done to; what is left out is all there is. */
export interface Target {
  team?: string;
  service?: string;
  stage?: string;
  environment?: string;
}

/** What is shown around an action; nothing where nobody has said: then it may be for one they may do it to. */
export const TargetContext = createContext<Target | null>(null);

/**
 * Whether the viewer may do it, to what is shown around; undefined while that is not known.
 *
 * What they may not do is shown, disabled, with the reason. Only of who may it somewhere alone the service is asked.
 */
export function useMay(permission: Permission): boolean | undefined {
  const viewer = useOpening()?.viewer;
  const target = useContext(TargetContext);
  const everywhere = viewer?.everywhere.includes(permission);
  const somewhere = viewer?.permissions.includes(permission);
  const there = useThere(target, somewhere === true && everywhere === false);
  if (target === null || everywhere === true || somewhere !== true) return somewhere;
  return there?.includes(permission);
}

/** What they may do to a target; nothing before the service has said so. */
function useThere(target: Target | null, asked: boolean): readonly Permission[] | undefined {
  const { graph } = useService();
  const [said, setSaid] = useState<{ of: string; permissions: readonly Permission[] }>();
  const of = target === null ? undefined : JSON.stringify(target);
  useEffect(() => {
    if (!asked || of === undefined) return;
    let stopped = false;
    void ask(graph, MayDocument, JSON.parse(of) as Target).then(({ data }) => {
      if (!stopped && data) setSaid({ of, permissions: data.viewer.may });
    });
    return () => {
      stopped = true;
    };
  }, [graph, of, asked]);
  return said?.of === of ? said?.permissions : undefined;
}

/** Why a button cannot be pressed by who may not, or of whom it is not known yet. */
export function whyNot(may: false | undefined, somewhere = false): string {
  if (may === undefined) return 'What you may do is not known yet.';
  return somewhere
    ? 'Your role does not hold for this: ask who may, or an administrator.'
    : 'Your role does not allow this.';
}

/** Whether they may do it at least somewhere. */
export function useMaySomewhere(permission: Permission): boolean {
  return useOpening()?.viewer.permissions.includes(permission) ?? false;
}
