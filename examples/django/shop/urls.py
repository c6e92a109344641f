"""The paths. LoginView knows nothing of a second factor: the middleware holds what it lets in."""

from django.contrib.auth.views import LoginView
from django.urls import path

from . import views

urlpatterns = [
    path("log-in", LoginView.as_view(template_name="log-in.html")),
    path("code", views.code),
    path("", views.home),
    path("set-up", views.set_up),
    path("confirm", views.confirm),
    path("backup-codes", views.backup_codes),
    path("log-out", views.log_out),
]
