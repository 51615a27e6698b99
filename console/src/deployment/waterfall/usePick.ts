import { type PointerEvent, useState } from 'react';

import { momentAt } from './scale';
import type { View } from './useView';

const CLICK = 4;

interface Pick {
  picked: readonly [number, number] | undefined;
  handlers: Record<
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel',
    (event: PointerEvent<HTMLElement>) => void
  >;
}

function placeIn({ clientX, clientY, currentTarget }: PointerEvent<HTMLElement>): [number, number] {
  const box = currentTarget.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top];
}

/** A drag over the chart picks the part of time to see; a click chooses the row. Fingers scroll, and click. */
export function usePick(width: number, { view, fitTo }: View, onClick: (y: number) => void): Pick {
  const [picked, setPicked] = useState<readonly [number, number]>();
  const stop = (): void => setPicked(undefined);
  return {
    picked,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        const [x] = placeIn(event);
        if (event.pointerType !== 'touch') event.currentTarget.setPointerCapture(event.pointerId);
        setPicked([x, x]);
      },
      onPointerMove: (event) => {
        if (picked === undefined || event.pointerType === 'touch') return;
        const [x] = placeIn(event);
        setPicked([picked[0], Math.min(width, Math.max(0, x))]);
      },
      onPointerUp: (event) => {
        if (picked === undefined) return;
        const [from, to] = picked.toSorted((one, other) => one - other) as [number, number];
        stop();
        if (to - from < CLICK) onClick(placeIn(event)[1]);
        else fitTo({ from: momentAt(from, view, width), to: momentAt(to, view, width) });
      },
      onPointerCancel: stop,
    },
  };
}
