"""A small app with a two-factor log-in: Flask, and Stepgate for the second factor."""

import os

from flask import Flask, abort, redirect, render_template, request, session
from stepgate import InvalidCode, LogInEnded, Proof, Refused
from stepgate.flask import begin, finish, init_app, require_second_factor
from users import check_password, email_of

WRONG_CODE = "This code is wrong, expired or already used."
FAULTS_OF_PHONE = ("clock_skew", "time_zone", "parameters_ignored", "enrolment_closed")

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config.update(SESSION_COOKIE_SAMESITE="Strict")
for name in ("STEPGATE_URL", "STEPGATE_KEY", "STEPGATE_APP"):
    app.config[name] = os.environ[name]
app.config.update(STEPGATE_LOG_IN="/log-in", STEPGATE_CODE="/code")
client = init_app(app)
client.check()


@app.route("/log-in", methods=["GET", "POST"])
def log_in():
    if request.method == "GET":
        return render_template("log-in.html")
    user_id = check_password(request.form["email"], request.form["password"])
    if user_id is None:
        return render_template("log-in.html", error="The e-mail or the password is wrong."), 401
    return redirect("/code" if begin(session, user_id) else "/", 303)


@app.route("/code", methods=["GET", "POST"])
def code():
    if request.method == "GET":
        return render_template("code.html")
    finish(session, request.form["code"])
    return redirect("/", 303)


@app.get("/")
@require_second_factor
def home():
    return render_template("home.html", email=email_of(session["user_id"]))


@app.route("/set-up", methods=["GET", "POST"])
@require_second_factor
def set_up():
    user_id = session["user_id"]
    proof_needed = client.needs_code(user_id)
    if request.method == "GET":
        return render_template("set-up.html", proof_needed=proof_needed)
    proof = Proof(request.form["code"]) if proof_needed else None
    enrolment = client.enrol(user_id, account_name=email_of(user_id), proof=proof)
    session["enrolment"] = enrolment.id
    return render_template("confirm.html", enrolment=enrolment)


@app.post("/confirm")
@require_second_factor
def confirm():
    if "enrolment" not in session:
        return redirect("/set-up", 303)
    user_id, first_code = session["user_id"], request.form["code"]
    try:
        confirmation = client.confirm(user_id, session["enrolment"], first_code)
    except Refused as refused:
        if refused.code not in FAULTS_OF_PHONE:
            raise
        return render_template("confirm.html", error=refused.title), 422
    del session["enrolment"]
    return show_backup_codes(confirmation.backup_codes)


@app.route("/backup-codes", methods=["GET", "POST"])
@require_second_factor
def backup_codes():
    user_id = session["user_id"]
    if not client.needs_code(user_id):
        return redirect("/set-up", 303)
    if request.method == "GET":
        return render_template("backup-codes.html")
    proof = Proof(request.form["code"])
    return show_backup_codes(client.rotate_backup_codes(user_id, proof=proof))


@app.post("/log-out")
def log_out():
    session.clear()
    return redirect("/log-in", 303)


def show_backup_codes(codes):
    """A second authenticator comes without new ones."""
    return render_template("codes.html", codes=codes) if codes else redirect("/", 303)


@app.errorhandler(InvalidCode)
def ask_again(_error):
    """Each page that asks for a code has a template with the name of its path."""
    return render_template(f"{request.path[1:]}.html", error=WRONG_CODE, proof_needed=True), 422


@app.errorhandler(LogInEnded)
def begin_again(_error):
    return redirect("/log-in", 303)


@app.before_request
def refuse_foreign_forms():
    """CSRF: a browser says in Origin whose page sent a form. The cookie is SameSite=Strict too."""
    origin = request.headers.get("Origin", "").partition("://")[2]
    if request.method == "POST" and origin != request.host:
        abort(403)


@app.after_request
def keep_out_of_caches(response):
    response.headers["Cache-Control"] = "no-store"
    return response


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "8080")))
