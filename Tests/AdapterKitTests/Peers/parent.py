"""Ends a peer when the test that started it is gone, however it went: nothing stays on the machine."""
import os
import threading
import time


def _watch(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def end_with():
    threading.Thread(target=_watch, args=[os.getppid()], daemon=True).start()
