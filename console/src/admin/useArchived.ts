import type { TypedDocumentNode } from '@urql/core';

import type { Problem } from '../graph/problem';
import { useLive } from '../graph/useLive';
import * as documents from './archived.generated';
import type { Values } from './entities';
import { infoOf, type Kind } from './kinds';
import { ofConfiguration } from './useConfiguration';

type Archived = TypedDocumentNode<
  { archived: { nodes: ({ key: string; title?: string } & Values)[] } },
  object
>;

/** Every kind that can be archived: all but Regions and the organisation. */
const DOCUMENTS: Partial<Record<Kind, unknown>> = {
  account: documents.ArchivedAccountsDocument,
  calendar: documents.ArchivedCalendarsDocument,
  team: documents.ArchivedTeamsDocument,
  stage: documents.ArchivedStagesDocument,
  wave: documents.ArchivedWavesDocument,
  environment: documents.ArchivedEnvironmentsDocument,
  service: documents.ArchivedServicesDocument,
  check: documents.ArchivedChecksDocument,
  window: documents.ArchivedWindowsDocument,
  freeze: documents.ArchivedFreezesDocument,
  hold: documents.ArchivedHoldsDocument,
  notificationRoute: documents.ArchivedNotificationRoutesDocument,
  policy: documents.ArchivedPoliciesDocument,
  grant: documents.ArchivedGrantsDocument,
};

export function hasArchived(kind: Kind): boolean {
  return DOCUMENTS[kind] !== undefined;
}

/** What was archived of a kind: by its key, with when. */
export function useArchived(
  kind: Kind,
  asked: boolean,
): { rows: Values[] | undefined; problem: Problem | undefined } {
  const document = (DOCUMENTS[kind] ?? documents.ArchivedTeamsDocument) as Archived;
  const { data, problem } = useLive(document, {}, { touches: ofConfiguration, pause: !asked });
  const rows = data?.archived.nodes.map(({ key, title, ...rest }) => ({
    ...rest,
    ...(title === undefined ? {} : { name: title }),
    [infoOf(kind).key]: key,
  }));
  return { rows: asked ? rows : undefined, problem };
}
