"""A Django project with its own log-in and code page, in the ten lines that the README shows."""

import django
from django.conf import settings

from . import real

settings.configure(
    SECRET_KEY="test",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    LOGIN_URL="/log-in",
    LOGIN_REDIRECT_URL="/me",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "stepgate.django.SecondFactorMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    LOGGING_CONFIG=None,
    STEPGATE_URL=real.URL,
    STEPGATE_KEY=real.KEY,
    STEPGATE_APP=real.APP,
    STEPGATE_CODE="/code",
)
django.setup()

from django.contrib.auth import authenticate, login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import path  # noqa: E402

from stepgate import InvalidCode  # noqa: E402
from stepgate.django import begin, finish  # noqa: E402


def log_in(request):
    """Knows nothing of a second factor, as LoginView and the admin's page do not."""
    user = authenticate(request, username=request.POST["user"], password=request.POST["password"])
    if user is None:
        return HttpResponse("The password is wrong.", status=403)
    login(request, user)
    return redirect("/me")


def log_in_by_begin(request):
    user = authenticate(request, username=request.POST["user"], password=request.POST["password"])
    return redirect("/code" if begin(request, user) else "/me")


def code(request):
    try:
        finish(request, request.POST["code"])
        return redirect("/me")
    except InvalidCode:
        return HttpResponse("The code is wrong.", status=422)


@login_required
def me(request):
    return HttpResponse(request.user.username)


urlpatterns = [
    path("log-in", log_in),
    path("begin", log_in_by_begin),
    path("code", code),
    path("me", me),
]
