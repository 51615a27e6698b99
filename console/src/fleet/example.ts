import type { Column } from './columns';
import type { FleetCell, FleetRow } from './fleetState';

/** A column, for tests: `example('prod', 2, 'eu-west-1')` is of the second wave of prod. */
export function exampleColumn(stage: string, wave: number, region: string): Column {
  const position = ['alpha', 'beta', 'gamma', 'prod'].indexOf(stage) + 1;
  return {
    name: `${stage}-${region}`,
    account: { awsId: `${position}`.repeat(12), name: `acme-${stage}` },
    region: { name: region, timeZone: 'Europe/Dublin' },
    wave: {
      name: `${stage}-${wave}`,
      position: wave,
      stage: { name: stage, position, production: stage === 'prod' },
    },
  };
}

/** A cell, for tests, where a revision was deployed. */
export function exampleCell(environment: string, change: Partial<FleetCell> = {}): FleetCell {
  return {
    environment,
    deploymentId: 'd1',
    status: 'SUCCEEDED',
    revision: '2a736a78c51e',
    tag: null,
    changedAt: '2027-01-01T00:00:00Z',
    deployedRevision: '2a736a78c51e',
    deployedTag: null,
    deployedAt: '2027-01-01T00:00:00Z',
    commitsBehind: 0,
    ...change,
  };
}

/** A row, for tests. */
export function exampleRow(service: string, cells: FleetCell[], change: Partial<FleetRow> = {}): FleetRow {
  return {
    service,
    team: 'shop',
    tier: 1,
    repository: `acme/${service}`,
    pipelineArn: null,
    cells,
    ...change,
  };
}
