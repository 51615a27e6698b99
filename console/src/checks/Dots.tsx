import type { Point } from './durations';

/** An outcome as a shape: a dot passed, a cross did not, a ring could not tell. */
export function Dot({ point: { x, y, status }, size }: { point: Point; size: number }) {
  const className = `outcome-${status}`;
  if (status === 'PASSED')
    return <circle className={className} cx={x} cy={y} r={size * 0.8} fill="currentColor" />;
  if (status === 'FAILED') {
    const path = `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}`;
    return <path className={className} d={path} stroke="currentColor" strokeWidth="2" />;
  }
  return (
    <circle className={className} cx={x} cy={y} r={size} fill="none" stroke="currentColor" strokeWidth="2" />
  );
}
