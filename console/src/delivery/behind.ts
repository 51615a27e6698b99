import type { BehindQuery, DeliveriesFragment } from './Behind.generated';
import type { Opened } from './choice';
import { bucketName, dayName, MEANINGS } from './measures';

/** The one list that was asked for. */
export function deliveriesIn(data: BehindQuery | undefined): DeliveriesFragment | undefined {
  if (data === undefined) return undefined;
  const {
    changeLeadTime,
    deploymentFrequency,
    changeFailRate,
    failedDeploymentRecoveryTime,
    deploymentReworkRate,
  } = data.dora.total;
  return [
    changeLeadTime.deliveries,
    changeLeadTime.unknown,
    deploymentFrequency.deliveries,
    changeFailRate.deliveries,
    changeFailRate.sample,
    failedDeploymentRecoveryTime.deliveries,
    failedDeploymentRecoveryTime.unknown,
    deploymentReworkRate.deliveries,
  ].find((each) => each !== undefined);
}

const UNKNOWN: Readonly<Record<string, string>> = {
  changeLeadTime: 'nobody told their commit time, or it is later than the deployment',
  failedDeploymentRecoveryTime: 'they have not recovered yet',
};

/** What is listed, in words. */
export function behindSentence({ measure, behind, atLeastSeconds, belowSeconds, from, to }: Opened): string {
  const { title } = MEANINGS[measure];
  const what = {
    deliveries: `${title}: the deliveries that count`,
    unknown: `${title}: not known, as ${UNKNOWN[measure] ?? 'nobody told'}`,
    sample: `${title}: all deliveries of which it is a share`,
  }[behind];
  const bucket =
    atLeastSeconds === null && belowSeconds === null
      ? ''
      : `, ${bucketName({ fromSeconds: atLeastSeconds ?? 0, toSeconds: belowSeconds })}`;
  const time = from === null || to === null ? '' : `, from ${dayName(from)} until ${dayName(to)}`;
  return `${what}${bucket}${time}`;
}

/** What a delivery was, in a few words. */
export function natureOf({
  rollback,
  repeated,
  failed,
  rework,
}: Pick<DeliveriesFragment['nodes'][number], 'rollback' | 'repeated' | 'failed' | 'rework'>): string[] {
  return [
    ...(failed ? ['failed'] : []),
    ...(rollback ? ['rollback'] : []),
    ...(rework && !rollback ? ['rework'] : []),
    ...(repeated && !rollback ? ['was there before'] : []),
  ];
}
