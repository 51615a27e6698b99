import { type RefObject, useLayoutEffect, useState } from 'react';

export interface Room {
  width: number;
  /** From its upper edge to the lower edge of the window. */
  height: number;
}

const BELOW = 24;
const LEAST = 320;

/** The room that an element has on the page. */
export function useRoom(element: RefObject<HTMLElement | null>): Room {
  const [room, setRoom] = useState<Room>({ width: 1_200, height: 600 });
  useLayoutEffect(() => {
    const own = element.current;
    if (own === null) return undefined;
    const measure = (): void => {
      const top = own.getBoundingClientRect().top + window.scrollY;
      const height = Math.max(LEAST, Math.floor(window.innerHeight - top - BELOW));
      const width = own.clientWidth;
      setRoom((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(own);
    observer.observe(document.body);
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, [element]);
  return room;
}
