"""The pages. Nobody is logged in, for `login_required`, until the middleware has seen the code."""

from functools import wraps

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from stepgate import InvalidCode, LogInEnded, Proof, Refused
from stepgate.django import client, finish

WRONG_CODE = "This code is wrong, expired or already used."
FAULTS_OF_PHONE = ("clock_skew", "time_zone", "parameters_ignored", "enrolment_closed")


def asks_again(view):
    """Each page that asks for a code has a template with the name of its path."""

    @wraps(view)
    def answer(request):
        try:
            return view(request)
        except InvalidCode:
            values = {"error": WRONG_CODE, "proof_needed": True}
            return render(request, f"{request.path[1:]}.html", values, status=422)

    return answer


@never_cache
@asks_again
def code(request):
    if request.method != "POST":
        return render(request, "code.html")
    try:
        finish(request, request.POST.get("code", ""))
    except LogInEnded:
        return redirect("/log-in")
    return redirect("/")


@never_cache
@login_required
def home(request):
    return render(request, "home.html", {"email": request.user.username})


@never_cache
@login_required
@asks_again
def set_up(request):
    user_id = str(request.user.pk)
    proof_needed = client().needs_code(user_id)
    if request.method != "POST":
        return render(request, "set-up.html", {"proof_needed": proof_needed})
    proof = Proof(request.POST.get("code", "")) if proof_needed else None
    enrolment = client().enrol(user_id, account_name=request.user.username, proof=proof)
    request.session["enrolment"] = enrolment.id
    return render(request, "confirm.html", {"enrolment": enrolment})


@never_cache
@require_POST
@login_required
@asks_again
def confirm(request):
    if "enrolment" not in request.session:
        return redirect("/set-up")
    user_id, first_code = str(request.user.pk), request.POST.get("code", "")
    try:
        confirmation = client().confirm(user_id, request.session["enrolment"], first_code)
    except Refused as refused:
        if refused.code not in FAULTS_OF_PHONE:
            raise
        return render(request, "confirm.html", {"error": refused.title}, status=422)
    del request.session["enrolment"]
    return show_backup_codes(request, confirmation.backup_codes)


@never_cache
@login_required
@asks_again
def backup_codes(request):
    user_id = str(request.user.pk)
    if not client().needs_code(user_id):
        return redirect("/set-up")
    if request.method != "POST":
        return render(request, "backup-codes.html")
    proof = Proof(request.POST.get("code", ""))
    return show_backup_codes(request, client().rotate_backup_codes(user_id, proof=proof))


@require_POST
def log_out(request):
    logout(request)
    return redirect("/log-in")


def show_backup_codes(request, codes):
    """A second authenticator comes without new ones."""
    return render(request, "codes.html", {"codes": codes}) if codes else redirect("/")
