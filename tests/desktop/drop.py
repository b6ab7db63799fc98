"""A file dragged from a file manager and dropped into a window: the source's side of the XDND protocol (version 5),
spoken to libX11 directly, because xdotool has no word for it.

https://www.freedesktop.org/wiki/Specifications/XDND/
"""

import ctypes
import ctypes.util
import time
from pathlib import Path

CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
PROPERTY_REPLACES = 0
VERSION = 5


class Head(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("sent", ctypes.c_int),
                ("display", ctypes.c_void_p)]


class Message(Head):
    _fields_ = [("window", ctypes.c_ulong), ("kind", ctypes.c_ulong), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5)]


class Request(Head):
    _fields_ = [("owner", ctypes.c_ulong), ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong),
                ("target", ctypes.c_ulong), ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]


class Notice(Head):
    _fields_ = [("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong), ("target", ctypes.c_ulong),
                ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]


class Event(ctypes.Union):
    _fields_ = [("head", Head), ("message", Message), ("request", Request), ("notice", Notice),
                ("room", ctypes.c_long * 24)]


class Source:
    """Has one file to give, and a window of its own to give it from."""

    def __init__(self, display, path):
        self.x = ctypes.CDLL(ctypes.util.find_library("X11"))
        for name, result in [("XOpenDisplay", ctypes.c_void_p), ("XDefaultRootWindow", ctypes.c_ulong),
                             ("XCreateSimpleWindow", ctypes.c_ulong), ("XInternAtom", ctypes.c_ulong)]:
            getattr(self.x, name).restype = result
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(display.encode()))
        root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))
        self.window = self.x.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, ctypes.c_ulong(0),
                                                 ctypes.c_ulong(0))
        self.list = (Path(path).resolve().as_uri() + "\r\n").encode()

    def atom(self, name):
        return self.x.XInternAtom(self.display, name.encode(), 0)

    def send(self, target, event):
        self.x.XSendEvent(self.display, ctypes.c_ulong(target), 0, ctypes.c_long(0), ctypes.byref(event))
        self.x.XFlush(self.display)

    def tell(self, target, what, *data):
        event = Event()
        event.message.type, event.message.window, event.message.format = CLIENT_MESSAGE, target, 32
        event.message.kind = self.atom(what)
        for at, value in enumerate([self.window, *data]):
            event.message.data[at] = value
        self.send(target, event)

    def give(self, request):
        self.x.XChangeProperty(self.display, ctypes.c_ulong(request.requestor), ctypes.c_ulong(request.property),
                               ctypes.c_ulong(request.target), 8, PROPERTY_REPLACES, self.list, len(self.list))
        event = Event()
        event.notice.type = SELECTION_NOTIFY
        for field in ("requestor", "selection", "target", "property", "time"):
            setattr(event.notice, field, getattr(request, field))
        self.send(request.requestor, event)

    def drop(self, target, at, patience_s):
        """Returns whether the target took it."""
        selection = self.atom("XdndSelection")
        self.x.XSetSelectionOwner(self.display, ctypes.c_ulong(selection), ctypes.c_ulong(self.window),
                                  ctypes.c_ulong(0))
        self.tell(target, "XdndEnter", VERSION << 24, self.atom("text/uri-list"))
        self.tell(target, "XdndPosition", 0, at[0] << 16 | at[1], 0, self.atom("XdndActionCopy"))
        status, finished = self.atom("XdndStatus"), self.atom("XdndFinished")
        event = Event()
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if not self.x.XPending(self.display):
                time.sleep(0.01)
                continue
            self.x.XNextEvent(self.display, ctypes.byref(event))
            if event.head.type == SELECTION_REQUEST:
                self.give(event.request)
            elif event.head.type == CLIENT_MESSAGE and event.message.kind == status:
                if not event.message.data[1] & 1:
                    return False
                self.tell(target, "XdndDrop", 0, 0)
            elif event.head.type == CLIENT_MESSAGE and event.message.kind == finished:
                return bool(event.message.data[1] & 1)
        return False

    def close(self):
        self.x.XCloseDisplay(self.display)
