import { useCallback, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

import { useService } from '../graph/service';
import { readStored, store } from '../parts/storage';
import { newsOf } from './news';

const KEY = 'interlock.news';
const supported = 'Notification' in window;

function wanted(): boolean {
  return supported && Notification.permission === 'granted' && readStored(KEY) === 'yes';
}

/** Whether the browser tells news while the tab is not looked at, and how to ask for it or end it. */
export function useNews(): { on: boolean; possible: boolean; toggle: () => Promise<void> } {
  const { live } = useService();
  const navigate = useNavigate();
  const [on, setOn] = useState(wanted);

  useEffect(() => {
    if (!on) return undefined;
    const sleep = live.stayAwake();
    const leave = live.listen((batch) => {
      if (document.hasFocus()) return;
      for (const event of batch) {
        const news = newsOf(event);
        if (news === undefined) continue;
        const shown = new Notification(news.title, { body: news.body, tag: event.cursor });
        shown.addEventListener('click', () => {
          window.focus();
          void navigate(news.href);
        });
      }
    });
    return () => {
      leave();
      sleep();
    };
  }, [on, live, navigate]);

  const toggle = useCallback(async () => {
    const next = !on && (await Notification.requestPermission()) === 'granted';
    store(KEY, next ? 'yes' : 'no');
    setOn(next);
  }, [on]);
  return { on, possible: supported, toggle };
}
