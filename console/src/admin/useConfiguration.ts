import type { TypedDocumentNode } from '@urql/core';
import { useMemo } from 'react';

import type { LoggedEvent } from '../graph/live';
import type { Problem } from '../graph/problem';
import { type Live, useLive } from '../graph/useLive';
import {
  ConfigurationFormsDocument,
  FieldWordsDocument,
  WholeConfigurationDocument,
  type WholeConfigurationQuery,
} from './configuration.generated';
import { entitiesOf, type Entities } from './entities';
import * as entity from './entity.generated';
import type { EntitySchema, Words } from './form';
import { infoOf, type Kind, typeName } from './kinds';

/** Whether somebody has changed the configuration. */
export const ofConfiguration = ({ type }: LoggedEvent): boolean => type === 'configuration.changed';

const never = (): boolean => false;

export interface WholeConfiguration {
  entities: Entities | undefined;
  whole: WholeConfigurationQuery | undefined;
  problem: Problem | undefined;
  refresh: () => void;
}

/** Every entity as it is now: what tables, references and the picture of the fleet are made from. */
export function useConfiguration(): WholeConfiguration {
  const { data, problem, refresh } = useLive(WholeConfigurationDocument, {}, { touches: ofConfiguration });
  const entities = useMemo(() => (data ? entitiesOf(data) : undefined), [data]);
  return { entities, whole: data, problem, refresh };
}

interface JsonSchema {
  $defs?: Record<string, EntitySchema>;
}

/** The part of the JSON Schema that a kind's form is made from. */
export function useEntitySchema(kind: Kind): {
  schema: EntitySchema | undefined;
  problem: Problem | undefined;
} {
  const { data, problem } = useLive(ConfigurationFormsDocument, {}, { touches: never });
  return { schema: (data?.configurationSchema as JsonSchema | undefined)?.$defs?.[kind], problem };
}

function inputName(kind: Kind): string {
  if (kind === 'organisation') return 'ConfigureOrganisationInput';
  return `${infoOf(kind).life === 'known' ? 'Update' : 'Register'}${typeName(kind)}Input`;
}

/** What each field and each of its words means. A service that tells no types leaves the sentences out. */
export function useFieldWords(kind: Kind): Words {
  const { data } = useLive(FieldWordsDocument, { input: inputName(kind) }, { touches: never });
  return useMemo(() => {
    const fields = data?.input?.inputFields ?? [];
    return Object.fromEntries(
      fields.map(({ name, description, type }) => {
        const values = type.enumValues ?? type.ofType?.enumValues ?? [];
        const choices = values.map((each) => ({
          value: each.name,
          ...(each.description ? { sentence: each.description } : {}),
        }));
        return [name, { description: description ?? '', choices }];
      }),
    );
  }, [data]);
}

export interface EntityRow extends Record<string, unknown> {
  version: number;
  archivedAt?: string | null;
}

type EntityQuery = TypedDocumentNode<{ entity: EntityRow | null }, { key?: string }>;

const DOCUMENTS: Record<Kind, unknown> = {
  organisation: entity.OrganisationEntityDocument,
  account: entity.AccountEntityDocument,
  region: entity.RegionEntityDocument,
  calendar: entity.CalendarEntityDocument,
  team: entity.TeamEntityDocument,
  stage: entity.StageEntityDocument,
  wave: entity.WaveEntityDocument,
  environment: entity.EnvironmentEntityDocument,
  service: entity.ServiceEntityDocument,
  check: entity.CheckEntityDocument,
  window: entity.WindowEntityDocument,
  freeze: entity.FreezeEntityDocument,
  hold: entity.HoldEntityDocument,
  notificationRoute: entity.NotificationRouteEntityDocument,
  policy: entity.PolicyEntityDocument,
  grant: entity.GrantEntityDocument,
};

/** The query for one entity of a kind. Each names its answer `entity` and asks for all fields of the form. */
export function entityDocument(kind: Kind): EntityQuery {
  return DOCUMENTS[kind] as EntityQuery;
}

/** One entity with all its fields and its version, archived or not; null where there is none of that name. */
export function useEntity(kind: Kind, key: string | undefined): Live<{ entity: EntityRow | null }> {
  const variables = kind === 'organisation' || key === undefined ? {} : { key };
  const pause = key === undefined;
  return useLive(entityDocument(kind), variables, { touches: ofConfiguration, pause });
}
