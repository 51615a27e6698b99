import { expect, test } from 'vitest';

import { deployment } from './testing';
import { touchesDeployment } from './touching';

const ITS = '3149f32d-b50d-416b-b021-1fb85694ba55';

test.each([
  ['action.changed', { executionId: ITS }, true],
  ['action.changed', { executionId: 'another' }, false],
  ['incident.declared', { service: 'orders' }, true],
  ['incident.declared', { service: 'payments' }, false],
  [
    'deployment.changed',
    { service: 'orders', environment: 'prod-us-east-1', executionId: 'a later one' },
    true,
  ],
  ['deployment.changed', { service: 'orders', environment: 'beta', executionId: 'a later one' }, false],
  ['work.changed', { work: 'arn:aws:cloudformation:us-east-1:666666666666:stack/other/1' }, false],
  ['configuration.changed', {}, false],
])('%s of %j', (type, payload, touched) => {
  expect(touchesDeployment({ type, payload }, deployment())).toBe(touched);
});
