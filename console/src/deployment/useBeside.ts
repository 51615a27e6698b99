import { useEffect, useState } from 'react';

import { ask } from '../graph/ask';
import { useService } from '../graph/service';
import { useLive } from '../graph/useLive';
import { type Beside, besideIn, findBeside } from './beside';
import { DeploymentsBesideDocument } from './happened.generated';

const NOBODY: Beside = { previous: undefined, next: undefined };

/** The deployments before and after one, in its environment. */
export function useBeside(service: string, environment: string, id: string): Beside {
  const { graph } = useService();
  const [further, setFurther] = useState<{ id: string; beside: Beside }>();
  const { data } = useLive(
    DeploymentsBesideDocument,
    { service, environment },
    {
      touches: ({ type, payload }) =>
        type === 'deployment.changed' &&
        payload['service'] === service &&
        payload['environment'] === environment,
    },
  );
  const first = data?.deployments;
  const found = first && besideIn(first.nodes, id, first.pageInfo.hasNextPage);
  const isFurther = first !== undefined && found === undefined && first.pageInfo.hasNextPage;

  useEffect(() => {
    if (!isFurther) return undefined;
    let stopped = false;
    const further = async (after: string) =>
      (await ask(graph, DeploymentsBesideDocument, { service, environment, after })).data?.deployments;
    void findBeside(first, id, further).then((beside) => {
      if (!stopped && beside !== undefined) setFurther({ id, beside });
      return undefined;
    });
    return () => {
      stopped = true;
    };
  }, [graph, service, environment, id, isFurther, first]);

  if (found !== undefined) return found;
  return further?.id === id ? further.beside : NOBODY;
}
