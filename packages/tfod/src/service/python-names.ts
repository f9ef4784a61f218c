const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words that Python's grammar keeps for itself, in lower case: `import` can name no module. */
export const PYTHON_KEYWORDS = words(`
  and as assert async await break class continue def del elif else except finally for from global if import in
  is lambda nonlocal not or pass raise return try while with yield`);

/**
 * The modules of Python's standard library, 3.10 to 3.13 (`sys.stdlib_module_names`), in lower case because file
 * systems may not tell `cProfile` from `cprofile`. The service's code stands before the library on Python's path,
 * so that a module of its name would be found by everyone who imports the library's.
 */
export const STANDARD_MODULES = words(`
  abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
  bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
  concurrent configparser contextlib contextvars copy copyreg cprofile crypt csv ctypes curses dataclasses datetime
  dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp
  fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
  heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3
  linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt
  multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb
  pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd
  py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
  sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd
  sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable
  sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter
  token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib
  uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport
  zlib zoneinfo`);

/** What else is importable in a service's image or stands beside its code: TensorFlow's set, the runtime, the tests. */
export const INSTALLED_MODULES = words(`
  absl astunparse certifi charset_normalizer clang conftest flatbuffers gast google grpc h5py idna keras markdown
  markdown_it mdurl ml_dtypes namex numpy nvidia opt_einsum optree packaging pasta pil pip pkg_resources pygments
  pytest requests rich setuptools six tensorboard tensorflow termcolor tests tfod_runtime triton typing_extensions
  urllib3 werkzeug wheel wrapt`);
