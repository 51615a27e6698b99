import { type RefObject, useCallback, useEffect, useEffectEvent, useState } from 'react';

import { type Extent, fit, momentAt, pan, zoom } from './scale';

export interface View {
  view: Extent;
  /** Whether a part is seen, not the whole. */
  isPart: boolean;
  zoomBy: (factor: number, around?: number) => void;
  panBy: (share: number) => void;
  fitTo: (part: Extent) => void;
  showAll: () => void;
}

/** The part of time that is seen. The whole grows while the trace goes on, and a part stays where it is. */
export function useView(whole: Extent): View {
  const [part, setPart] = useState<Extent>();
  const view = part ?? whole;
  const middle = (view.from + view.to) / 2;
  const keep = (next: Extent): void =>
    setPart(next.from <= whole.from && next.to >= whole.to ? undefined : next);
  return {
    view,
    isPart: part !== undefined,
    zoomBy: (factor, around = middle) => keep(zoom(view, whole, factor, around)),
    panBy: (share) => keep(pan(view, whole, share)),
    fitTo: (wanted) => keep(fit(wanted, whole)),
    showAll: () => setPart(undefined),
  };
}

/** The wheel over the chart: with Ctrl or Command closer and farther, sideways or with Shift along the time. */
export function useWheel(chart: RefObject<HTMLElement | null>, { view, zoomBy, panBy }: View): void {
  const turned = useEffectEvent((event: WheelEvent, box: DOMRect) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const around = momentAt(event.clientX - box.left, view, box.width);
      zoomBy(event.deltaY > 0 ? 1.25 : 0.8, around);
      return;
    }
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
    event.preventDefault();
    panBy(sideways / box.width);
  });
  useEffect(() => {
    const element = chart.current;
    if (element === null) return undefined;
    const listen = (event: WheelEvent): void => turned(event, element.getBoundingClientRect());
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, [chart]);
}

/** The width of an element, as it is now. */
export function useWidth(): [number, (element: HTMLElement | null) => void] {
  const [width, setWidth] = useState(600);
  const watch = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, watch];
}
